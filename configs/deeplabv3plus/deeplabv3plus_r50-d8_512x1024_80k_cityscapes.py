# bash train.sh deeplabv3plus_r50-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 80.09, with flips and scales 81.13.
_base_ = [
    '../_base_/models/deeplabv3plus_r50-d8.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
