# bash train.sh pspnet_r50b-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 78.22, with flips and scales 79.46, 6 GB per GPU in training.
_base_ = './pspnet_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet50', backbone=dict(type='ResNet'))
