# bash train.sh pointrend_r101_512x512_160k_ade20k
# 0.30 published: mIoU 40.02, with flips and scales 41.6, 6.1 GB per GPU in training.
_base_ = './pointrend_r50_512x512_160k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
