# bash train.sh dnl_r50-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 79.36, with flips and scales 80.7.
_base_ = './dnl_r50-d8_769x769_40k_cityscapes.py'
optimizer = dict(
    paramwise_cfg=dict(custom_keys=dict(theta=dict(wd_mult=0.0), phi=dict(wd_mult=0.0))),
)
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
