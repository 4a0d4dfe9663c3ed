# bash train.sh fcn_r101-d8_480x480_80k_pascal_context_59
# 0.30 published: mIoU 49.35, with flips and scales 51.38.
_base_ = './fcn_r50-d8_480x480_80k_pascal_context_59.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
