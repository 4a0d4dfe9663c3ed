# bash train.sh encnet_r101-d8_769x769_40k_cityscapes
# 0.30 published: mIoU 74.25, with flips and scales 76.25, 13.7 GB per GPU in training.
_base_ = './encnet_r50-d8_769x769_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
