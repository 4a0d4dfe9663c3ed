# bash train.sh apcnet_r101-d8_769x769_40k_cityscapes
# 0.30 published: mIoU 77.96, with flips and scales 79.24, 12.7 GB per GPU in training.
_base_ = './apcnet_r50-d8_769x769_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
