# bash train.sh fastfcn_r50-d32_jpu_psp_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.26, with flips and scales 80.86, 5.67 GB per GPU in training.
_base_ = [
    '../_base_/models/fastfcn_r50-d32_jpu_psp.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
