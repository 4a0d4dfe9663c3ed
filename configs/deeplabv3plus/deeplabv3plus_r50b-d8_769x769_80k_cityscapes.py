# bash train.sh deeplabv3plus_r50b-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 79.41, with flips and scales 80.56, 8.4 GB per GPU in training.
_base_ = './deeplabv3plus_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet50', backbone=dict(type='ResNet'))
