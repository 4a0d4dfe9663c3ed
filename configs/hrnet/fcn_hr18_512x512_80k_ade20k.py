# bash train.sh fcn_hr18_512x512_80k_ade20k
# 0.30 published: mIoU 36.27, with flips and scales 37.28, 4.9 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_hr18.py',
    '../_base_/datasets/ade20k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
model = dict(decode_head=dict(num_classes=150))
