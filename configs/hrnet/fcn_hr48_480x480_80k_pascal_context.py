# bash train.sh fcn_hr48_480x480_80k_pascal_context
# 0.30 published: mIoU 45.84, with flips and scales 47.84.
_base_ = './fcn_hr48_480x480_40k_pascal_context.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
