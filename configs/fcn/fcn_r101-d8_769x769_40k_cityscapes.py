# bash train.sh fcn_r101-d8_769x769_40k_cityscapes
# 0.30 published: mIoU 73.93, with flips and scales 75.14, 10.4 GB per GPU in training.
_base_ = './fcn_r50-d8_769x769_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
