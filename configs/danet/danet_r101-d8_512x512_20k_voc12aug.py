# bash train.sh danet_r101-d8_512x512_20k_voc12aug
# 0.30 published: mIoU 76.02, with flips and scales 77.23, 9.9 GB per GPU in training.
_base_ = './danet_r50-d8_512x512_20k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
