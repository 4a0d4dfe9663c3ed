# bash train.sh deeplabv3_r18b-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 75.63, with flips and scales 77.51, 1.8 GB per GPU in training.
_base_ = './deeplabv3_r18-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet18', backbone=dict(type='ResNet'))
