# bash train.sh pspnet_r101-d8_512x512_4x4_80k_coco-stuff164k
# 0.30 published: mIoU 40.34, with flips and scales 40.79, 13.2 GB per GPU in training.
_base_ = './pspnet_r50-d8_512x512_4x4_80k_coco-stuff164k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
