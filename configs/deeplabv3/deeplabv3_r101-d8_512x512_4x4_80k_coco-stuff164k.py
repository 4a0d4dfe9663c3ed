# bash train.sh deeplabv3_r101-d8_512x512_4x4_80k_coco-stuff164k
# 0.30 published: mIoU 40.87, with flips and scales 41.5, 13.2 GB per GPU in training.
_base_ = './deeplabv3_r50-d8_512x512_4x4_80k_coco-stuff164k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
