# bash train.sh encnet_r101-d8_512x512_160k_ade20k
# 0.30 published: mIoU 42.61, with flips and scales 44.01.
_base_ = './encnet_r50-d8_512x512_160k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
