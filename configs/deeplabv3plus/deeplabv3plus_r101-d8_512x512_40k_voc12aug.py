# bash train.sh deeplabv3plus_r101-d8_512x512_40k_voc12aug
# 0.30 published: mIoU 78.62, with flips and scales 79.53.
_base_ = './deeplabv3plus_r50-d8_512x512_40k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
