# bash train.sh ocrnet_hr18s_512x512_40k_voc12aug
# 0.30 published: mIoU 72.76, with flips and scales 74.6.
_base_ = './ocrnet_hr18s_512x512_20k_voc12aug.py'
runner = dict(max_iters=40000)
checkpoint_config = dict(interval=4000)
evaluation = dict(interval=4000)
