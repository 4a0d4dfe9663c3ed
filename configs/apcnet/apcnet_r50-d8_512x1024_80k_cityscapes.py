# bash train.sh apcnet_r50-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 78.96, with flips and scales 79.94.
_base_ = [
    '../_base_/models/apcnet_r50-d8.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
