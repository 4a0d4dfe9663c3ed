# bash train.sh fcn_hr18_4x4_896x896_80k_isaid
# 0.30 published: mIoU 65.06, with flips and scales 65.6, 8.3 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_hr18.py',
    '../_base_/datasets/isaid.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
model = dict(decode_head=dict(num_classes=16))
