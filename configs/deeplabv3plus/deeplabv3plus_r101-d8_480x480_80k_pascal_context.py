# bash train.sh deeplabv3plus_r101-d8_480x480_80k_pascal_context
# 0.30 published: mIoU 47.23, with flips and scales 48.26.
_base_ = './deeplabv3plus_r50-d8_480x480_80k_pascal_context.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
