# bash train.sh fpn_r50_512x1024_80k_cityscapes
# 0.30 published: mIoU 74.52, with flips and scales 76.08, 2.8 GB per GPU in training.
_base_ = [
    '../_base_/models/fpn_r50.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
