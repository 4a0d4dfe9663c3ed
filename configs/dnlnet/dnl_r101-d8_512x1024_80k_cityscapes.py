# bash train.sh dnl_r101-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 80.41.
_base_ = './dnl_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
