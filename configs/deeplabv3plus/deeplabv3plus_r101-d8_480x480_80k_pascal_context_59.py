# bash train.sh deeplabv3plus_r101-d8_480x480_80k_pascal_context_59
# 0.30 published: mIoU 53.2, with flips and scales 54.67.
_base_ = './deeplabv3plus_r50-d8_480x480_80k_pascal_context_59.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
