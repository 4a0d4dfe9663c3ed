# bash train.sh pspnet_r50b-d32_512x1024_80k_cityscapes
_base_ = './pspnet_r50-d32_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet50', backbone=dict(type='ResNet'))
