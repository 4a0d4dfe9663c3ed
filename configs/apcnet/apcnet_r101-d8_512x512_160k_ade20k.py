# bash train.sh apcnet_r101-d8_512x512_160k_ade20k
# 0.30 published: mIoU 45.41, with flips and scales 46.63.
_base_ = './apcnet_r50-d8_512x512_160k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
