# bash train.sh fcn_r101-d8_512x512_40k_voc12aug
# 0.30 published: mIoU 69.91, with flips and scales 72.38.
_base_ = './fcn_r50-d8_512x512_40k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
