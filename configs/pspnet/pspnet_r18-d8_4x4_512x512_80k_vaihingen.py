# bash train.sh pspnet_r18-d8_4x4_512x512_80k_vaihingen
# 0.30 published: mIoU 71.46, with flips and scales 73.36, 1.45 GB per GPU in training.
_base_ = './pspnet_r50-d8_4x4_512x512_80k_vaihingen.py'
model = dict(
    pretrained='open-mmlab://resnet18_v1c',
    backbone=dict(depth=18),
    decode_head=dict(in_channels=512, channels=128),
    auxiliary_head=dict(in_channels=256, channels=64),
)
