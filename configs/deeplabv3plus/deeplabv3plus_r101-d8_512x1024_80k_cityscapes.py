# bash train.sh deeplabv3plus_r101-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 80.97, with flips and scales 82.03.
_base_ = './deeplabv3plus_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
