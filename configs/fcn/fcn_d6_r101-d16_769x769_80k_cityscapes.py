# bash train.sh fcn_d6_r101-d16_769x769_80k_cityscapes
# 0.30 published: mIoU 78.06, with flips and scales 79.58.
_base_ = './fcn_d6_r50-d16_769x769_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
