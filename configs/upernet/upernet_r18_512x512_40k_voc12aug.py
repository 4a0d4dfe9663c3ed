# bash train.sh upernet_r18_512x512_40k_voc12aug
# 0.30 published: mIoU 73.71, with flips and scales 74.61.
_base_ = './upernet_r18_512x512_20k_voc12aug.py'
runner = dict(max_iters=40000)
checkpoint_config = dict(interval=4000)
evaluation = dict(interval=4000)
