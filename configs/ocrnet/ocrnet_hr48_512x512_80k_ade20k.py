# bash train.sh ocrnet_hr48_512x512_80k_ade20k
# 0.30 published: mIoU 43, with flips and scales 44.3, 11.2 GB per GPU in training.
_base_ = './ocrnet_hr48_512x512_160k_ade20k.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
