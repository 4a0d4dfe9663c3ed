# bash train.sh fcn_hr18s_512x1024_80k_cityscapes
# 0.30 published: mIoU 75.31, with flips and scales 77.48.
_base_ = './fcn_hr18s_512x1024_160k_cityscapes.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
