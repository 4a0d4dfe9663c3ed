# bash train.sh deeplabv3plus_r101-d8_769x769_40k_cityscapes
# 0.30 published: mIoU 79.46, with flips and scales 80.5, 12.5 GB per GPU in training.
_base_ = './deeplabv3plus_r50-d8_769x769_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
