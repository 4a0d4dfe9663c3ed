# bash train.sh pspnet_r101-d8_480x480_40k_pascal_context
_base_ = './pspnet_r50-d8_480x480_40k_pascal_context.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
