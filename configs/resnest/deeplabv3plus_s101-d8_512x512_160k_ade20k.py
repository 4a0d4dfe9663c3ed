# bash train.sh deeplabv3plus_s101-d8_512x512_160k_ade20k
# 0.30 published: mIoU 46.47, with flips and scales 47.27, 16.2 GB per GPU in training.
_base_ = '../deeplabv3plus/deeplabv3plus_r101-d8_512x512_160k_ade20k.py'
model = dict(
    pretrained='open-mmlab://resnest101',
    backbone=dict(
        type='ResNeSt',
        stem_channels=128,
        radix=2,
        reduction_factor=4,
        avg_down_stride=True,
    ),
)
