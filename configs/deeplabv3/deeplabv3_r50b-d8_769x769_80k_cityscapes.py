# bash train.sh deeplabv3_r50b-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 78.8, with flips and scales 80.27, 6.8 GB per GPU in training.
_base_ = './deeplabv3_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet50', backbone=dict(type='ResNet'))
