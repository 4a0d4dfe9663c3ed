# bash train.sh fcn_hr18_512x1024_80k_cityscapes
# 0.30 published: mIoU 78.65, with flips and scales 80.35.
_base_ = [
    '../_base_/models/fcn_hr18.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
