# bash train.sh upernet_r101_512x512_20k_voc12aug
# 0.30 published: mIoU 77.1, with flips and scales 78.29, 7.5 GB per GPU in training.
_base_ = './upernet_r50_512x512_20k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
