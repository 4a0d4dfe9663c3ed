# bash train.sh fpn_r101_512x512_160k_ade20k
# 0.30 published: mIoU 39.35, with flips and scales 40.72, 5.9 GB per GPU in training.
_base_ = './fpn_r50_512x512_160k_ade20k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
