# bash train.sh ocrnet_hr18s_512x1024_80k_cityscapes
# 0.30 published: mIoU 77.16, with flips and scales 78.66.
_base_ = './ocrnet_hr18s_512x1024_160k_cityscapes.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
