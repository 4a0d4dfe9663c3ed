# bash train.sh emanet_r101-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 79.62, with flips and scales 81, 10.1 GB per GPU in training.
_base_ = './emanet_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
