# bash train.sh upernet_r101_769x769_80k_cityscapes
# 0.30 published: mIoU 80.1, with flips and scales 81.49.
_base_ = './upernet_r50_769x769_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
