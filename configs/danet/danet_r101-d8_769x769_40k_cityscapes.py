# bash train.sh danet_r101-d8_769x769_40k_cityscapes
# 0.30 published: mIoU 79.88, with flips and scales 81.47, 12.8 GB per GPU in training.
_base_ = './danet_r50-d8_769x769_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
