# bash train.sh upernet_r101_512x512_40k_voc12aug
# 0.30 published: mIoU 77.43, with flips and scales 78.56.
_base_ = './upernet_r50_512x512_40k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
