# bash train.sh gcnet_r101-d8_769x769_40k_cityscapes
# 0.30 published: mIoU 78.95, with flips and scales 80.71, 10.5 GB per GPU in training.
_base_ = './gcnet_r50-d8_769x769_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
