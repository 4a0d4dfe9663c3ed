# bash train.sh ann_r101-d8_512x512_40k_voc12aug
# 0.30 published: mIoU 76.7, with flips and scales 78.06.
_base_ = './ann_r50-d8_512x512_40k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
