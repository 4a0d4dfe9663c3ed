# bash train.sh fcn_d6_r101-d16_512x1024_40k_cityscapes
# 0.30 published: mIoU 77.36, with flips and scales 79.18, 4.5 GB per GPU in training.
_base_ = './fcn_d6_r50-d16_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
