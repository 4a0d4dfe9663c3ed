# bash train.sh fcn_r18b-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 70.24, with flips and scales 72.77, 1.6 GB per GPU in training.
_base_ = './fcn_r18-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet18', backbone=dict(type='ResNet'))
