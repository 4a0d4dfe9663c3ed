# bash train.sh encnet_r101-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 78.55, with flips and scales 79.47.
_base_ = './encnet_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
