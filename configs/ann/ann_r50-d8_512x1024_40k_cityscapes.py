# bash train.sh ann_r50-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 77.4, with flips and scales 78.57, 6 GB per GPU in training.
_base_ = [
    '../_base_/models/ann_r50-d8.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
