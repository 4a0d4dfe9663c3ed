# bash train.sh deeplabv3_r50b-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.63, with flips and scales 80.98, 6 GB per GPU in training.
_base_ = './deeplabv3_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet50', backbone=dict(type='ResNet'))
