# bash train.sh pspnet_r101-d8_4x4_512x512_80k_vaihingen
# 0.30 published: mIoU 72.61, with flips and scales 74.18, 9.61 GB per GPU in training.
_base_ = './pspnet_r50-d8_4x4_512x512_80k_vaihingen.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
