# bash train.sh deeplabv3plus_r50-d8_4x4_896x896_80k_isaid
# 0.30 published: mIoU 67.06, with flips and scales 68.02, 21.45 GB per GPU in training.
_base_ = [
    '../_base_/models/deeplabv3plus_r50-d8.py',
    '../_base_/datasets/isaid.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
model = dict(decode_head=dict(num_classes=16), auxiliary_head=dict(num_classes=16))
