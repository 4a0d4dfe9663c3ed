# bash train.sh icnet_r50-d8_832x832_160k_cityscapes
# 0.30 published: mIoU 73.82, with flips and scales 75.67.
_base_ = [
    '../_base_/models/icnet_r50-d8.py',
    '../_base_/datasets/cityscapes_832x832.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
