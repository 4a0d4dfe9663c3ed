# bash train.sh apcnet_r101-d8_512x512_80k_ade20k
# 0.30 published: mIoU 45.54, with flips and scales 46.65, 13.6 GB per GPU in training.
_base_ = './apcnet_r50-d8_512x512_80k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
