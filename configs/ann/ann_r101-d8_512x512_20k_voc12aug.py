# bash train.sh ann_r101-d8_512x512_20k_voc12aug
# 0.30 published: mIoU 77.47, with flips and scales 78.7, 9.5 GB per GPU in training.
_base_ = './ann_r50-d8_512x512_20k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
