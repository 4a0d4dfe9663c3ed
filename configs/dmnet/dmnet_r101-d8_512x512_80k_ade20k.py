# bash train.sh dmnet_r101-d8_512x512_80k_ade20k
# 0.30 published: mIoU 45.34, with flips and scales 46.13, 13 GB per GPU in training.
_base_ = './dmnet_r50-d8_512x512_80k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
