# bash train.sh upernet_r50_512x1024_40k_cityscapes
# 0.30 published: mIoU 77.1, with flips and scales 78.37, 6.4 GB per GPU in training.
_base_ = [
    '../_base_/models/upernet_r50.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
