# bash train.sh pspnet_r101-d8_512x1024_80k_cityscapes
_base_ = './pspnet_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
