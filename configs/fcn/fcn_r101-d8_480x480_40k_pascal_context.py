# bash train.sh fcn_r101-d8_480x480_40k_pascal_context
# 0.30 published: mIoU 44.43, with flips and scales 45.63.
_base_ = './fcn_r50-d8_480x480_40k_pascal_context.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
