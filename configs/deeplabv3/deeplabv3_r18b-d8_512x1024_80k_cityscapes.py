# bash train.sh deeplabv3_r18b-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 76.26, with flips and scales 77.88, 1.6 GB per GPU in training.
_base_ = './deeplabv3_r18-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet18', backbone=dict(type='ResNet'))
