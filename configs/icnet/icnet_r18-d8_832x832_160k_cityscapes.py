# bash train.sh icnet_r18-d8_832x832_160k_cityscapes
# 0.30 published: mIoU 71.64, with flips and scales 74.18.
_base_ = './icnet_r50-d8_832x832_160k_cityscapes.py'
model = dict(backbone=dict(backbone_cfg=dict(depth=18), layer_channels=(128, 512)))
