# bash train.sh deeplabv3plus_r18b-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 76.36, with flips and scales 78.24, 2.4 GB per GPU in training.
_base_ = './deeplabv3plus_r18-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet18', backbone=dict(type='ResNet'))
