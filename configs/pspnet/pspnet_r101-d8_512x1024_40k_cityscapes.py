# bash train.sh pspnet_r101-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 78.34, with flips and scales 79.74, 9.6 GB per GPU in training.
_base_ = './pspnet_r50-d8_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
