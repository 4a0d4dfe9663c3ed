# bash train.sh upernet_r50_512x512_80k_ade20k
# 0.30 published: mIoU 40.7, with flips and scales 41.81, 8.1 GB per GPU in training.
_base_ = [
    '../_base_/models/upernet_r50.py',
    '../_base_/datasets/ade20k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
model = dict(decode_head=dict(num_classes=150), auxiliary_head=dict(num_classes=150))
