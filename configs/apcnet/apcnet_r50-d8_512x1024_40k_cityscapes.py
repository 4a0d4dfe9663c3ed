# bash train.sh apcnet_r50-d8_512x1024_40k_cityscapes
# 0.30 published: mIoU 78.02, with flips and scales 79.26, 7.7 GB per GPU in training.
_base_ = [
    '../_base_/models/apcnet_r50-d8.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
