# bash train.sh fcn_r50-d8_512x512_80k_ade20k
# 0.30 published: mIoU 35.94, with flips and scales 37.94, 8.5 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_r50-d8.py',
    '../_base_/datasets/ade20k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
model = dict(decode_head=dict(num_classes=150), auxiliary_head=dict(num_classes=150))
