# bash train.sh fcn_hr18_512x512_160k_ade20k
# 0.30 published: mIoU 36.79, with flips and scales 38.58.
_base_ = [
    '../_base_/models/fcn_hr18.py',
    '../_base_/datasets/ade20k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
model = dict(decode_head=dict(num_classes=150))
