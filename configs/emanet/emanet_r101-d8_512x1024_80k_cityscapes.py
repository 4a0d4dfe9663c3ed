# bash train.sh emanet_r101-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.1, with flips and scales 81.21, 6.2 GB per GPU in training.
_base_ = './emanet_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
