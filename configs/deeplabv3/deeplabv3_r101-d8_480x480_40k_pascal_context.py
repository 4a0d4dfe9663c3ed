# bash train.sh deeplabv3_r101-d8_480x480_40k_pascal_context
# 0.30 published: mIoU 46.55, with flips and scales 47.81, 9.2 GB per GPU in training.
_base_ = './deeplabv3_r50-d8_480x480_40k_pascal_context.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
