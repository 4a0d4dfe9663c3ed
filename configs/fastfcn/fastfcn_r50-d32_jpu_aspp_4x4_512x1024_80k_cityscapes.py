# bash train.sh fastfcn_r50-d32_jpu_aspp_4x4_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.52, with flips and scales 80.91, 9.79 GB per GPU in training.
_base_ = './fastfcn_r50-d32_jpu_aspp_512x1024_80k_cityscapes.py'
data = dict(samples_per_gpu=4, workers_per_gpu=4)
