# bash train.sh pspnet_r50b-d32_512x1024_80k_cityscapes
# 0.30 published: mIoU 72.61, with flips and scales 75.51, 2.9 GB per GPU in training.
_base_ = './pspnet_r50-d32_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet50', backbone=dict(type='ResNet'))
