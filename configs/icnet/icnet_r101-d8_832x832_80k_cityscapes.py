# bash train.sh icnet_r101-d8_832x832_80k_cityscapes
# 0.30 published: mIoU 70.28, with flips and scales 71.95, 3.08 GB per GPU in training.
_base_ = './icnet_r50-d8_832x832_80k_cityscapes.py'
model = dict(backbone=dict(backbone_cfg=dict(depth=101)))
