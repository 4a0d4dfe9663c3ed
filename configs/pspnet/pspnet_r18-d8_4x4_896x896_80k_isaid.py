# bash train.sh pspnet_r18-d8_4x4_896x896_80k_isaid
# 0.30 published: mIoU 60.22, with flips and scales 61.25, 4.52 GB per GPU in training.
_base_ = './pspnet_r50-d8_4x4_896x896_80k_isaid.py'
model = dict(
    pretrained='open-mmlab://resnet18_v1c',
    backbone=dict(depth=18),
    decode_head=dict(in_channels=512, channels=128),
    auxiliary_head=dict(in_channels=256, channels=64),
)
