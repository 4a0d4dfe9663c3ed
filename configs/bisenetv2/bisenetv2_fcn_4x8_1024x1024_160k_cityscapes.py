# bash train.sh bisenetv2_fcn_4x8_1024x1024_160k_cityscapes
# 0.30 published: mIoU 75.76, with flips and scales 77.79, 15.05 GB per GPU in training.
_base_ = './bisenetv2_fcn_4x4_1024x1024_160k_cityscapes.py'
data = dict(samples_per_gpu=8)
