# bash train.sh pspnet_r50-d32_rsb-pretrain_512x1024_adamw_80k_cityscapes
# 0.30 published: mIoU 74.09, with flips and scales 77.18, 3.1 GB per GPU in training.
_base_ = './pspnet_r50-d8_rsb-pretrain_512x1024_adamw_80k_cityscapes.py'
model = dict(backbone=dict(strides=(1, 2, 2, 2)))
