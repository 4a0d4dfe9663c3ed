# bash train.sh fcn_d6_r50-d16_769x769_80k_cityscapes
# 0.30 published: mIoU 77.04, with flips and scales 78.4.
_base_ = './fcn_d6_r50-d16_769x769_40k_cityscapes.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
