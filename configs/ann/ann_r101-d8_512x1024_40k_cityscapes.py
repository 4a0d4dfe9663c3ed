# bash train.sh ann_r101-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 76.55, with flips and scales 78.85, 9.5 GB per GPU in training.
_base_ = './ann_r50-d8_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
