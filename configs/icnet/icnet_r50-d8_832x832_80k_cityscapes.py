# bash train.sh icnet_r50-d8_832x832_80k_cityscapes
# 0.30 published: mIoU 68.91, with flips and scales 69.72, 2.53 GB per GPU in training.
_base_ = [
    '../_base_/models/icnet_r50-d8.py',
    '../_base_/datasets/cityscapes_832x832.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
