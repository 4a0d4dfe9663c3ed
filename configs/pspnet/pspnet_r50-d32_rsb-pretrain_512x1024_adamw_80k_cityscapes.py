# bash train.sh pspnet_r50-d32_rsb-pretrain_512x1024_adamw_80k_cityscapes
_base_ = './pspnet_r50-d8_rsb-pretrain_512x1024_adamw_80k_cityscapes.py'
model = dict(backbone=dict(strides=(1, 2, 2, 2)))
