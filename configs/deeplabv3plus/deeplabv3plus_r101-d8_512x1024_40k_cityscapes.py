# bash train.sh deeplabv3plus_r101-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 80.21, with flips and scales 81.82, 11 GB per GPU in training.
_base_ = './deeplabv3plus_r50-d8_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
