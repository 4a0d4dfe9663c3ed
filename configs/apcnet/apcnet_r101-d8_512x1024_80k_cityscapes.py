# bash train.sh apcnet_r101-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.64, with flips and scales 80.61.
_base_ = './apcnet_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
