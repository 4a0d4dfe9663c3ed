# bash train.sh upernet_r101_512x1024_40k_cityscapes
# 0.30 published: mIoU 78.69, with flips and scales 80.11, 7.4 GB per GPU in training.
_base_ = './upernet_r50_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
