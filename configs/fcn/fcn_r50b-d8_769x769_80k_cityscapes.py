# bash train.sh fcn_r50b-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 73.83, with flips and scales 76.6, 6.3 GB per GPU in training.
_base_ = './fcn_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet50', backbone=dict(type='ResNet'))
