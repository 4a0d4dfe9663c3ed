# bash train.sh stdc2_512x1024_80k_cityscapes
# 0.30 published: mIoU 73.15, with flips and scales 76.13, 8.27 GB per GPU in training.
_base_ = './stdc1_512x1024_80k_cityscapes.py'
model = dict(backbone=dict(backbone_cfg=dict(stdc_type='STDCNet2')))
