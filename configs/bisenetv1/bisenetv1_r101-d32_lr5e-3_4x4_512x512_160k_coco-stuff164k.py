# bash train.sh bisenetv1_r101-d32_lr5e-3_4x4_512x512_160k_coco-stuff164k
# 0.30 published: mIoU 31.14, with flips and scales 31.76.
_base_ = './bisenetv1_r50-d32_lr5e-3_4x4_512x512_160k_coco-stuff164k.py'
model = dict(backbone=dict(backbone_cfg=dict(depth=101)))
