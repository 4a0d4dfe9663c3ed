# bash train.sh pspnet_r101b-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 78.87, with flips and scales 80.04, 10.8 GB per GPU in training.
_base_ = './pspnet_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet101', backbone=dict(type='ResNet', depth=101))
