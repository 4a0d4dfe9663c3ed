# bash train.sh dnl_r101-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 78.31, 10.9 GB per GPU in training.
_base_ = './dnl_r50-d8_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
