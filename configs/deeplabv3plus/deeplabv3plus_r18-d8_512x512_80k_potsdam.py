# bash train.sh deeplabv3plus_r18-d8_512x512_80k_potsdam
# 0.30 published: mIoU 77.09, with flips and scales 78.44, 1.91 GB per GPU in training.
_base_ = './deeplabv3plus_r50-d8_512x512_80k_potsdam.py'
model = dict(
    pretrained='open-mmlab://resnet18_v1c',
    backbone=dict(depth=18),
    decode_head=dict(in_channels=512, channels=128, c1_in_channels=64, c1_channels=12),
    auxiliary_head=dict(in_channels=256, channels=64),
)
