# bash train.sh pspnet_r101b-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.69, with flips and scales 80.79, 9.5 GB per GPU in training.
_base_ = './pspnet_r50-d8_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet101', backbone=dict(type='ResNet', depth=101))
