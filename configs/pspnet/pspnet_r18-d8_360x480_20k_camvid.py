# bash train.sh pspnet_r18-d8_360x480_20k_camvid
_base_ = './pspnet_r50-d8_360x480_20k_camvid.py'
model = dict(
    backbone=dict(depth=18),
    decode_head=dict(in_channels=512, channels=128),
    auxiliary_head=dict(in_channels=256, channels=64),
)
