# bash train.sh deeplabv3plus_r50-d8_4x4_512x512_80k_vaihingen
# 0.30 published: mIoU 73.97, with flips and scales 75.05, 7.36 GB per GPU in training.
_base_ = [
    '../_base_/models/deeplabv3plus_r50-d8.py',
    '../_base_/datasets/vaihingen.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
model = dict(decode_head=dict(num_classes=6), auxiliary_head=dict(num_classes=6))
