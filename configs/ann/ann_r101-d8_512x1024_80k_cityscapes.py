# bash train.sh ann_r101-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 77.14, with flips and scales 78.81.
_base_ = './ann_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
