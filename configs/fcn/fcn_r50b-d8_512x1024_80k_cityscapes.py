# bash train.sh fcn_r50b-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 75.65, with flips and scales 77.59, 5.6 GB per GPU in training.
_base_ = './fcn_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet50', backbone=dict(type='ResNet'))
