# bash train.sh ocrnet_hr18_512x512_40k_voc12aug
# 0.30 published: mIoU 74.98, with flips and scales 77.4.
_base_ = './ocrnet_hr18_512x512_20k_voc12aug.py'
runner = dict(max_iters=40000)
checkpoint_config = dict(interval=4000)
evaluation = dict(interval=4000)
