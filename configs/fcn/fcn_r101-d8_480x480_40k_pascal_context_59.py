# bash train.sh fcn_r101-d8_480x480_40k_pascal_context_59
# 0.30 published: mIoU 48.42, with flips and scales 50.4.
_base_ = './fcn_r50-d8_480x480_40k_pascal_context_59.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
