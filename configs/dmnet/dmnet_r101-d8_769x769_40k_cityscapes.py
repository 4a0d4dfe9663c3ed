# bash train.sh dmnet_r101-d8_769x769_40k_cityscapes
# 0.30 published: mIoU 77.62, with flips and scales 78.94, 12 GB per GPU in training.
_base_ = './dmnet_r50-d8_769x769_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
