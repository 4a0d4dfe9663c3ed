# bash train.sh pspnet_r50-d8_4x4_896x896_80k_isaid
# 0.30 published: mIoU 65.36, with flips and scales 66.48, 16.58 GB per GPU in training.
_base_ = [
    '../_base_/models/pspnet_r50-d8.py',
    '../_base_/datasets/isaid.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
model = dict(decode_head=dict(num_classes=16), auxiliary_head=dict(num_classes=16))
