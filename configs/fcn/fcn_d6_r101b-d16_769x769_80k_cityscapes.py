# bash train.sh fcn_d6_r101b-d16_769x769_80k_cityscapes
# 0.30 published: mIoU 77.34, with flips and scales 78.91, 4.8 GB per GPU in training.
_base_ = './fcn_d6_r50b-d16_769x769_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet101', backbone=dict(depth=101))
