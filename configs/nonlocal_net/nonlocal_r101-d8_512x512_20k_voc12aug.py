# bash train.sh nonlocal_r101-d8_512x512_20k_voc12aug
# 0.30 published: mIoU 78.15, with flips and scales 78.86, 9.8 GB per GPU in training.
_base_ = './nonlocal_r50-d8_512x512_20k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
