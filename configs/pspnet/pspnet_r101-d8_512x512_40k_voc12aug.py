# bash train.sh pspnet_r101-d8_512x512_40k_voc12aug
# 0.30 published: mIoU 78.52, with flips and scales 79.57.
_base_ = './pspnet_r50-d8_512x512_40k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
