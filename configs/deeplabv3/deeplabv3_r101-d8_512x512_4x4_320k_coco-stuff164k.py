# bash train.sh deeplabv3_r101-d8_512x512_4x4_320k_coco-stuff164k
# 0.30 published: mIoU 42.61, with flips and scales 43.42.
_base_ = './deeplabv3_r50-d8_512x512_4x4_320k_coco-stuff164k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
