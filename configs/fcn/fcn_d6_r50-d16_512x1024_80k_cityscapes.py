# bash train.sh fcn_d6_r50-d16_512x1024_80k_cityscapes
# 0.30 published: mIoU 77.27, with flips and scales 78.88.
_base_ = './fcn_d6_r50-d16_512x1024_40k_cityscapes.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
