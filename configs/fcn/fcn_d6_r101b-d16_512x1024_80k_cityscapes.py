# bash train.sh fcn_d6_r101b-d16_512x1024_80k_cityscapes
# 0.30 published: mIoU 77.72, with flips and scales 79.53, 4.3 GB per GPU in training.
_base_ = './fcn_d6_r50b-d16_512x1024_80k_cityscapes.py'
model = dict(pretrained='torchvision://resnet101', backbone=dict(depth=101))
