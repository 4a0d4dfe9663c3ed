# bash train.sh fcn_d6_r101-d16_769x769_40k_cityscapes
# 0.30 published: mIoU 77.28, with flips and scales 78.95, 5 GB per GPU in training.
_base_ = './fcn_d6_r50-d16_769x769_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
