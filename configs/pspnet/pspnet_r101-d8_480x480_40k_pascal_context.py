# bash train.sh pspnet_r101-d8_480x480_40k_pascal_context
# 0.30 published: mIoU 46.6, with flips and scales 47.78, 8.8 GB per GPU in training.
_base_ = './pspnet_r50-d8_480x480_40k_pascal_context.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
