# bash train.sh pspnet_r101-d8_769x769_40k_cityscapes
# 0.30 published: mIoU 79.08, with flips and scales 80.28, 10.9 GB per GPU in training.
_base_ = './pspnet_r50-d8_769x769_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
