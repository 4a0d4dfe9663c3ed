# bash train.sh upernet_r50_512x1024_80k_cityscapes
# 0.30 published: mIoU 78.19, with flips and scales 79.19.
_base_ = [
    '../_base_/models/upernet_r50.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
