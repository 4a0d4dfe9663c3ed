# bash train.sh ocrnet_hr18_512x1024_160k_cityscapes
# 0.30 published: mIoU 79.47, with flips and scales 80.91.
_base_ = [
    '../_base_/models/ocrnet_hr18.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
