# bash train.sh emanet_r50-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 77.59, with flips and scales 79.44, 5.4 GB per GPU in training.
_base_ = [
    '../_base_/models/emanet_r50-d8.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
