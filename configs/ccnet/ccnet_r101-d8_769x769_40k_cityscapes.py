# bash train.sh ccnet_r101-d8_769x769_40k_cityscapes
# 0.30 published: mIoU 76.94, with flips and scales 78.62, 10.7 GB per GPU in training.
_base_ = './ccnet_r50-d8_769x769_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
