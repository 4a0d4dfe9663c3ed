# bash train.sh ccnet_r101-d8_512x512_160k_ade20k
# 0.30 published: mIoU 43.71, with flips and scales 45.04.
_base_ = './ccnet_r50-d8_512x512_160k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
