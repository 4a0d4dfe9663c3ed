# bash train.sh upernet_r101_512x512_160k_ade20k
# 0.30 published: mIoU 43.82, with flips and scales 44.85.
_base_ = './upernet_r50_512x512_160k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
