# bash train.sh danet_r101-d8_512x512_40k_voc12aug
# 0.30 published: mIoU 76.51, with flips and scales 77.32.
_base_ = './danet_r50-d8_512x512_40k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
