# bash train.sh ccnet_r101-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 76.35, with flips and scales 78.19, 9.5 GB per GPU in training.
_base_ = './ccnet_r50-d8_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
