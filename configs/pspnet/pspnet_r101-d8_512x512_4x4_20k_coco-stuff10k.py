# bash train.sh pspnet_r101-d8_512x512_4x4_20k_coco-stuff10k
# 0.30 published: mIoU 37.26, with flips and scales 38.52, 13.2 GB per GPU in training.
_base_ = './pspnet_r50-d8_512x512_4x4_20k_coco-stuff10k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
