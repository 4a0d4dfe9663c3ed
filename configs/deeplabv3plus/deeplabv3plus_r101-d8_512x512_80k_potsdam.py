# bash train.sh deeplabv3plus_r101-d8_512x512_80k_potsdam
# 0.30 published: mIoU 78.7, with flips and scales 79.47, 10.83 GB per GPU in training.
_base_ = './deeplabv3plus_r50-d8_512x512_80k_potsdam.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
