# bash train.sh fcn_r18b-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 69.66, with flips and scales 72.07, 1.7 GB per GPU in training.
_base_ = './fcn_r18-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet18', backbone=dict(type='ResNet'))
