# bash train.sh ann_r101-d8_512x512_160k_ade20k
# 0.30 published: mIoU 42.94, with flips and scales 44.06.
_base_ = './ann_r50-d8_512x512_160k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
