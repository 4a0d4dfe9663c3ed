# bash train.sh apcnet_r101-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 79.08, with flips and scales 80.34, 11.2 GB per GPU in training.
_base_ = './apcnet_r50-d8_512x1024_40k_cityscapes.py'
model = dict(pretrained='open-mmlab://resnet101_v1c', backbone=dict(depth=101))
