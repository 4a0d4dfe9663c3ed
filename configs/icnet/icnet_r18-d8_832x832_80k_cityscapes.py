# bash train.sh icnet_r18-d8_832x832_80k_cityscapes
# 0.30 published: mIoU 68.14, with flips and scales 70.16, 1.7 GB per GPU in training.
_base_ = './icnet_r50-d8_832x832_80k_cityscapes.py'
model = dict(backbone=dict(backbone_cfg=dict(depth=18), layer_channels=(128, 512)))
