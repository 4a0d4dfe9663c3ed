# bash train.sh danet_r101-d8_512x512_80k_ade20k
# 0.30 published: mIoU 43.64, with flips and scales 45.19, 15 GB per GPU in training.
_base_ = './danet_r50-d8_512x512_80k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
