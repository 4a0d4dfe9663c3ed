# bash train.sh isanet_r101-d8_512x512_160k_ade20k
# 0.30 published: mIoU 43.8, with flips and scales 45.4, 12.562 GB per GPU in training.
_base_ = './isanet_r50-d8_512x512_160k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
