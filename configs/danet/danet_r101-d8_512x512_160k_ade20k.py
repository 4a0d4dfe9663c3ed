# bash train.sh danet_r101-d8_512x512_160k_ade20k
# 0.30 published: mIoU 44.17, with flips and scales 45.02.
_base_ = './danet_r50-d8_512x512_160k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
