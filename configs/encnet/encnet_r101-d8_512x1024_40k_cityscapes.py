# bash train.sh encnet_r101-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 75.81, with flips and scales 77.21, 12.1 GB per GPU in training.
_base_ = './encnet_r50-d8_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
