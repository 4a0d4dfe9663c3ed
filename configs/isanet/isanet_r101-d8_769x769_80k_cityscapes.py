# bash train.sh isanet_r101-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 80.61, with flips and scales 81.59, 10.815 GB per GPU in training.
_base_ = './isanet_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
