# bash train.sh dnl_r101-d8_769x769_40k_cityscapes
# 0.30 published: mIoU 76.39, with flips and scales 77.77, 12.6 GB per GPU in training.
_base_ = './dnl_r50-d8_769x769_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
