# bash train.sh pspnet_r18-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 75.9, with flips and scales 77.86, 1.9 GB per GPU in training.
_base_ = './pspnet_r50-d8_769x769_80k_cityscapes.py'
model = dict(
    pretrained='open-mmlab://resnet18_v1c',
    backbone=dict(depth=18),
    decode_head=dict(in_channels=512, channels=128),
    auxiliary_head=dict(in_channels=256, channels=64),
)
