# bash train.sh fcn_hr48_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.93, with flips and scales 80.72.
_base_ = './fcn_hr48_512x1024_160k_cityscapes.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
