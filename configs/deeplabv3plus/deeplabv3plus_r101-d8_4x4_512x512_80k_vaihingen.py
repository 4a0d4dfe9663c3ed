# bash train.sh deeplabv3plus_r101-d8_4x4_512x512_80k_vaihingen
# 0.30 published: mIoU 73.06, with flips and scales 74.14, 10.83 GB per GPU in training.
_base_ = './deeplabv3plus_r50-d8_4x4_512x512_80k_vaihingen.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
