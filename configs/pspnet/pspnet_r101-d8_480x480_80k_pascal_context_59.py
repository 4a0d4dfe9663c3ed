# bash train.sh pspnet_r101-d8_480x480_80k_pascal_context_59
# 0.30 published: mIoU 52.47, with flips and scales 53.99.
_base_ = './pspnet_r50-d8_480x480_80k_pascal_context_59.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
