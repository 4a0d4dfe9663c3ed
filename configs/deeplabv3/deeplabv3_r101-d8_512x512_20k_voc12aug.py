# bash train.sh deeplabv3_r101-d8_512x512_20k_voc12aug
# 0.30 published: mIoU 78.7, with flips and scales 79.95, 9.6 GB per GPU in training.
_base_ = './deeplabv3_r50-d8_512x512_20k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
