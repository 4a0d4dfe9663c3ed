# bash train.sh pspnet_r50-d32_512x1024_80k_cityscapes
# 0.30 published: mIoU 73.88, with flips and scales 76.85, 3 GB per GPU in training.
_base_ = './pspnet_r50-d8_512x1024_80k_cityscapes.py'
model = dict(backbone=dict(strides=(1, 2, 2, 2)))
