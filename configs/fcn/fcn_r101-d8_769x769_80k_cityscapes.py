# bash train.sh fcn_r101-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 75.52, with flips and scales 76.61.
_base_ = './fcn_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
