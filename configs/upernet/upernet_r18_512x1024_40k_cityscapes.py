# bash train.sh upernet_r18_512x1024_40k_cityscapes
# 0.30 published: mIoU 75.39, with flips and scales 77, 4.8 GB per GPU in training.
_base_ = './upernet_r50_512x1024_40k_cityscapes.py'
model = dict(
    pretrained='open-mmlab://resnet18_v1c',
    backbone=dict(depth=18),
    decode_head=dict(in_channels=[64, 128, 256, 512]),
    auxiliary_head=dict(in_channels=256),
)
