# bash train.sh fcn_hr18_512x512_80k_potsdam
# 0.30 published: mIoU 78.26, with flips and scales 79.24, 2.76 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_hr18.py',
    '../_base_/datasets/potsdam.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
model = dict(decode_head=dict(num_classes=6))
