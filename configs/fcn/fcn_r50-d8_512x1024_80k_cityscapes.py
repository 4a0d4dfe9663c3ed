# bash train.sh fcn_r50-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 73.61, with flips and scales 74.24.
_base_ = [
    '../_base_/models/fcn_r50-d8.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
