# bash train.sh deeplabv3_s101-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.67, with flips and scales 80.51, 11.9 GB per GPU in training.
_base_ = '../deeplabv3/deeplabv3_r101-d8_512x1024_80k_cityscapes.py'
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
