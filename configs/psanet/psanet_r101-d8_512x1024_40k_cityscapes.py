# bash train.sh psanet_r101-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 79.14, with flips and scales 80.19, 10.5 GB per GPU in training.
_base_ = './psanet_r50-d8_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
