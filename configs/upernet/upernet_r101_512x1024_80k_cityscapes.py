# bash train.sh upernet_r101_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.4, with flips and scales 80.46.
_base_ = './upernet_r50_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
