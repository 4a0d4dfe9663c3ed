# bash train.sh dnl_r50-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 78.61, 7.3 GB per GPU in training.
_base_ = [
    '../_base_/models/dnl_r50-d8.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
