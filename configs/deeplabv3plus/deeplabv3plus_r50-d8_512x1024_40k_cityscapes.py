# bash train.sh deeplabv3plus_r50-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 79.61, with flips and scales 81.01, 7.5 GB per GPU in training.
_base_ = [
    '../_base_/models/deeplabv3plus_r50-d8.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
