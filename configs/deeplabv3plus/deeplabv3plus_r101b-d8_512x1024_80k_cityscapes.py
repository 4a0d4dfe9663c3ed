# bash train.sh deeplabv3plus_r101b-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 80.16, with flips and scales 81.41, 10.9 GB per GPU in training.
_base_ = './deeplabv3plus_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet101', backbone=dict(type='ResNet', depth=101))
