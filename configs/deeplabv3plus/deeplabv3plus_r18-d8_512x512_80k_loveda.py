# bash train.sh deeplabv3plus_r18-d8_512x512_80k_loveda
# 0.30 published: mIoU 50.28, with flips and scales 50.47, 1.93 GB per GPU in training.
_base_ = './deeplabv3plus_r50-d8_512x512_80k_loveda.py'
model = dict(
    backbone=dict(
        depth=18,
        init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://resnet18_v1c'),
    ),
    decode_head=dict(in_channels=512, channels=128, c1_in_channels=64, c1_channels=12),
    auxiliary_head=dict(in_channels=256, channels=64),
)
