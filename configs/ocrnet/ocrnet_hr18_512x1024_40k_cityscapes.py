# bash train.sh ocrnet_hr18_512x1024_40k_cityscapes
# 0.30 published: mIoU 77.72, with flips and scales 79.49, 4.7 GB per GPU in training.
_base_ = [
    '../_base_/models/ocrnet_hr18.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
