# bash train.sh dmnet_r101-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 78.37, with flips and scales 79.72, 10.6 GB per GPU in training.
_base_ = './dmnet_r50-d8_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
