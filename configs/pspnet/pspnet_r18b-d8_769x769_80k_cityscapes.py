# bash train.sh pspnet_r18b-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 74.92, with flips and scales 76.9, 1.7 GB per GPU in training.
_base_ = './pspnet_r50-d8_769x769_80k_cityscapes.py'
model = dict(
    pretrained='torchvision://resnet18',
    backbone=dict(type='ResNet', depth=18),
    decode_head=dict(in_channels=512, channels=128),
    auxiliary_head=dict(in_channels=256, channels=64),
)
