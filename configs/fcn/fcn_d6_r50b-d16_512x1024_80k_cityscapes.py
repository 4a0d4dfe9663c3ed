# bash train.sh fcn_d6_r50b-d16_512x1024_80k_cityscapes
# 0.30 published: mIoU 76.99, with flips and scales 79.03, 3.2 GB per GPU in training.
_base_ = './fcn_d6_r50-d16_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet50', backbone=dict(type='ResNet'))
