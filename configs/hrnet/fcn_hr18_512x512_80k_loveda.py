# bash train.sh fcn_hr18_512x512_80k_loveda
# 0.30 published: mIoU 50.81, with flips and scales 50.95, 2.76 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_hr18.py',
    '../_base_/datasets/loveda.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
model = dict(decode_head=dict(num_classes=7))
