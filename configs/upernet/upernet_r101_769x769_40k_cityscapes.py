# bash train.sh upernet_r101_769x769_40k_cityscapes
# 0.30 published: mIoU 79.03, with flips and scales 80.77, 8.4 GB per GPU in training.
_base_ = './upernet_r50_769x769_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
