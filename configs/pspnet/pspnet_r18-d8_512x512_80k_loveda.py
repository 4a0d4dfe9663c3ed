# bash train.sh pspnet_r18-d8_512x512_80k_loveda
# 0.30 published: mIoU 48.62, with flips and scales 47.57, 1.45 GB per GPU in training.
_base_ = './pspnet_r50-d8_512x512_80k_loveda.py'
model = dict(
    backbone=dict(
        depth=18,
        init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://resnet18_v1c'),
    ),
    decode_head=dict(in_channels=512, channels=128),
    auxiliary_head=dict(in_channels=256, channels=64),
)
