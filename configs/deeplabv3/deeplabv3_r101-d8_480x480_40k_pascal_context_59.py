# bash train.sh deeplabv3_r101-d8_480x480_40k_pascal_context_59
# 0.30 published: mIoU 52.61, with flips and scales 54.28.
_base_ = './deeplabv3_r50-d8_480x480_40k_pascal_context_59.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
