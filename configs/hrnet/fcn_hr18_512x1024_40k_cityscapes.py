# bash train.sh fcn_hr18_512x1024_40k_cityscapes
# 0.30 published: mIoU 77.19, with flips and scales 78.92, 2.9 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_hr18.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
