# bash train.sh isanet_r101-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 80.32, with flips and scales 81.58, 9.425 GB per GPU in training.
_base_ = './isanet_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
