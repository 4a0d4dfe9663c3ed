# bash train.sh upernet_r101_512x512_80k_ade20k
# 0.30 published: mIoU 42.91, with flips and scales 43.96, 9.1 GB per GPU in training.
_base_ = './upernet_r50_512x512_80k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
