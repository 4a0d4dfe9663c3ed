# bash train.sh pspnet_r101-d8_512x512_4x4_40k_coco-stuff10k
# 0.30 published: mIoU 37.76, with flips and scales 38.86.
_base_ = './pspnet_r50-d8_512x512_4x4_40k_coco-stuff10k.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
