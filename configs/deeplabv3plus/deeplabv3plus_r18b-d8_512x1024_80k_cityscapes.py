# bash train.sh deeplabv3plus_r18b-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 75.87, with flips and scales 77.52, 2.1 GB per GPU in training.
_base_ = './deeplabv3plus_r18-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet18', backbone=dict(type='ResNet'))
