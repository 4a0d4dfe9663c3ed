# bash train.sh pspnet_r101-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.76, with flips and scales 81.01.
_base_ = './pspnet_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
