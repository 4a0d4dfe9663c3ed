# bash train.sh danet_r101-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 80.47, with flips and scales 82.02.
_base_ = './danet_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
