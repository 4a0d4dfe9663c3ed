# bash train.sh fcn_r101-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 75.13, with flips and scales 75.94.
_base_ = './fcn_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
