# bash train.sh icnet_r101-d8_832x832_160k_cityscapes
# 0.30 published: mIoU 73.8, with flips and scales 76.1.
_base_ = './icnet_r50-d8_832x832_160k_cityscapes.py'
model = dict(backbone=dict(backbone_cfg=dict(depth=101)))
