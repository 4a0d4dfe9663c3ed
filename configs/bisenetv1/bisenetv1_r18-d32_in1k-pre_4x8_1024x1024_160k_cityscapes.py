# bash train.sh bisenetv1_r18-d32_in1k-pre_4x8_1024x1024_160k_cityscapes
# 0.30 published: mIoU 75.16, with flips and scales 77.24, 11.17 GB per GPU in training.
_base_ = './bisenetv1_r18-d32_in1k-pre_4x4_1024x1024_160k_cityscapes.py'
data = dict(samples_per_gpu=8)
