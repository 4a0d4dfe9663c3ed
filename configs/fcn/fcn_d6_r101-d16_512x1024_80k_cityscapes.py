# bash train.sh fcn_d6_r101-d16_512x1024_80k_cityscapes
# 0.30 published: mIoU 78.46, with flips and scales 80.42.
_base_ = './fcn_d6_r50-d16_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
