# bash train.sh deeplabv3_r101-d8_512x512_80k_ade20k
# 0.30 published: mIoU 44.08, with flips and scales 45.19, 12.4 GB per GPU in training.
_base_ = './deeplabv3_r50-d8_512x512_80k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
