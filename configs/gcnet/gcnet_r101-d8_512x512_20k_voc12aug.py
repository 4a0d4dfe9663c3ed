# bash train.sh gcnet_r101-d8_512x512_20k_voc12aug
# 0.30 published: mIoU 77.41, with flips and scales 78.56, 9.2 GB per GPU in training.
_base_ = './gcnet_r50-d8_512x512_20k_voc12aug.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
