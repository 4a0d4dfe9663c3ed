# bash train.sh deeplabv3plus_r101b-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 79.88, with flips and scales 81.46, 12.3 GB per GPU in training.
_base_ = './deeplabv3plus_r50-d8_769x769_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet101', backbone=dict(type='ResNet', depth=101))
