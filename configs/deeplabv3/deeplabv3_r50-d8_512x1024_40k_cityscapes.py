# bash train.sh deeplabv3_r50-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 79.09, with flips and scales 80.45, 6.1 GB per GPU in training.
_base_ = [
    '../_base_/models/deeplabv3_r50-d8.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
