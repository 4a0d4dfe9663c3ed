# bash train.sh deeplabv3plus_r50b-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 80.28, with flips and scales 81.44, 7.4 GB per GPU in training.
_base_ = './deeplabv3plus_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet50', backbone=dict(type='ResNet'))
