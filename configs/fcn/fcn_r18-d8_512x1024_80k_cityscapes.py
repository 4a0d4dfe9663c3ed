# bash train.sh fcn_r18-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 71.11, with flips and scales 72.91, 1.7 GB per GPU in training.
_base_ = './fcn_r50-d8_512x1024_80k_cityscapes.py'
model = dict(
    pretrained='open-mmlab://resnet18_v1c',
    backbone=dict(depth=18),
    decode_head=dict(in_channels=512, channels=128),
    auxiliary_head=dict(in_channels=256, channels=64),
)
