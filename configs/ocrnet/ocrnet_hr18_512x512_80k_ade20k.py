# bash train.sh ocrnet_hr18_512x512_80k_ade20k
# 0.30 published: mIoU 37.79, with flips and scales 39.16, 7.9 GB per GPU in training.
_base_ = './ocrnet_hr18_512x512_160k_ade20k.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
