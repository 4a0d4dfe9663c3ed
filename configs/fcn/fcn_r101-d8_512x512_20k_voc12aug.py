# bash train.sh fcn_r101-d8_512x512_20k_voc12aug
# 0.30 published: mIoU 71.16, with flips and scales 73.57, 9.2 GB per GPU in training.
_base_ = './fcn_r50-d8_512x512_20k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
