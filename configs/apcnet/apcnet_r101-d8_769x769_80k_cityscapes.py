# bash train.sh apcnet_r101-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 78.45, with flips and scales 79.91.
_base_ = './apcnet_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
