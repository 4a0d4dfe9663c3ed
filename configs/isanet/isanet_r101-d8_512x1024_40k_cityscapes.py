# bash train.sh isanet_r101-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 79.58, with flips and scales 81.05, 9.425 GB per GPU in training.
_base_ = './isanet_r50-d8_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
