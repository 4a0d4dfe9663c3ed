# bash train.sh ocrnet_hr48_512x512_40k_voc12aug
# 0.30 published: mIoU 77.14, with flips and scales 79.71.
_base_ = './ocrnet_hr48_512x512_20k_voc12aug.py'
runner = dict(max_iters=40000)
checkpoint_config = dict(interval=4000)
evaluation = dict(interval=4000)
