# bash train.sh fpn_r101_512x1024_80k_cityscapes
# 0.30 published: mIoU 75.8, with flips and scales 77.4, 3.9 GB per GPU in training.
_base_ = './fpn_r50_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
