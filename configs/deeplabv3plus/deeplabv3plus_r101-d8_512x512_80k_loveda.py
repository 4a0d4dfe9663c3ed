# bash train.sh deeplabv3plus_r101-d8_512x512_80k_loveda
# 0.30 published: mIoU 51.47, with flips and scales 51.32, 10.84 GB per GPU in training.
_base_ = './deeplabv3plus_r50-d8_512x512_80k_loveda.py'
model = dict(
    backbone=dict(
        depth=101,
        init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://resnet101_v1c'),
    ),
)
