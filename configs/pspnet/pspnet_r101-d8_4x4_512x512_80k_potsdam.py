# bash train.sh pspnet_r101-d8_4x4_512x512_80k_potsdam
# 0.30 published: mIoU 78.62, with flips and scales 79.47, 9.61 GB per GPU in training.
_base_ = './pspnet_r50-d8_4x4_512x512_80k_potsdam.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
