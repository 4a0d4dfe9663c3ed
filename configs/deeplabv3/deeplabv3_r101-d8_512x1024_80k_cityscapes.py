# bash train.sh deeplabv3_r101-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 80.2, with flips and scales 81.21.
_base_ = './deeplabv3_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
