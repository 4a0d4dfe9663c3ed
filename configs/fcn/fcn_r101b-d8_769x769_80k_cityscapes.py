# bash train.sh fcn_r101b-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 77.02, with flips and scales 78.67, 10.3 GB per GPU in training.
_base_ = './fcn_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet101', backbone=dict(type='ResNet', depth=101))
