# bash train.sh pspnet_r101-d8_512x512_20k_voc12aug
# 0.30 published: mIoU 78.47, with flips and scales 79.25, 9.6 GB per GPU in training.
_base_ = './pspnet_r50-d8_512x512_20k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
