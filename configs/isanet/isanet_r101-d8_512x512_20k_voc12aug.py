# bash train.sh isanet_r101-d8_512x512_20k_voc12aug
# 0.30 published: mIoU 78.46, with flips and scales 79.16, 9.465 GB per GPU in training.
_base_ = './isanet_r50-d8_512x512_20k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
