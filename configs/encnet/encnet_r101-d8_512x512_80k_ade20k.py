# bash train.sh encnet_r101-d8_512x512_80k_ade20k
# 0.30 published: mIoU 42.11, with flips and scales 43.61, 13.6 GB per GPU in training.
_base_ = './encnet_r50-d8_512x512_80k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
