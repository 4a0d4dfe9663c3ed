# bash train.sh gcnet_r101-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 79.18, with flips and scales 80.71.
_base_ = './gcnet_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
