# bash train.sh pointrend_r101_512x1024_80k_cityscapes
# 0.30 published: mIoU 78.3, with flips and scales 79.97, 4.2 GB per GPU in training.
_base_ = './pointrend_r50_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
