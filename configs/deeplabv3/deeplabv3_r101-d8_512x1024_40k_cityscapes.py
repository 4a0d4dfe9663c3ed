# bash train.sh deeplabv3_r101-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 77.12, with flips and scales 79.61, 9.6 GB per GPU in training.
_base_ = './deeplabv3_r50-d8_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
