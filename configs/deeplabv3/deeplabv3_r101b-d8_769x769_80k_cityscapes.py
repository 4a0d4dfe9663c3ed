# bash train.sh deeplabv3_r101b-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 79.41, with flips and scales 80.73, 10.7 GB per GPU in training.
_base_ = './deeplabv3_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet101', backbone=dict(type='ResNet', depth=101))
