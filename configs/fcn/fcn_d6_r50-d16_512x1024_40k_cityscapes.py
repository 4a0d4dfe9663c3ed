# bash train.sh fcn_d6_r50-d16_512x1024_40k_cityscapes
# 0.30 published: mIoU 77.06, with flips and scales 78.85, 3.4 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_r50-d8.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
model = dict(
    backbone=dict(dilations=(1, 1, 1, 2), strides=(1, 2, 2, 1)),
    decode_head=dict(dilation=6),
    auxiliary_head=dict(dilation=6),
)
