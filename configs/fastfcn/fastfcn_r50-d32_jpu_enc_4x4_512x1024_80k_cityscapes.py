# bash train.sh fastfcn_r50-d32_jpu_enc_4x4_512x1024_80k_cityscapes
# 0.30 published: mIoU 78.6, with flips and scales 80.25, 15.45 GB per GPU in training.
_base_ = './fastfcn_r50-d32_jpu_enc_512x1024_80k_cityscapes.py'
data = dict(samples_per_gpu=4, workers_per_gpu=4)
