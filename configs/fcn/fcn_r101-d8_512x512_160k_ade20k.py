# bash train.sh fcn_r101-d8_512x512_160k_ade20k
# 0.30 published: mIoU 39.91, with flips and scales 41.4.
_base_ = './fcn_r50-d8_512x512_160k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
