# bash train.sh nonlocal_r101-d8_512x512_80k_ade20k
# 0.30 published: mIoU 42.9, with flips and scales 44.27, 12.6 GB per GPU in training.
_base_ = './nonlocal_r50-d8_512x512_80k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
