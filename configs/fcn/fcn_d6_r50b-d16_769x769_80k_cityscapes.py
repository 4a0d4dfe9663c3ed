# bash train.sh fcn_d6_r50b-d16_769x769_80k_cityscapes
# 0.30 published: mIoU 76.86, with flips and scales 78.52, 3.6 GB per GPU in training.
_base_ = './fcn_d6_r50-d16_769x769_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet50', backbone=dict(type='ResNet'))
