# bash train.sh pspnet_r50-d8_4x4_512x512_80k_vaihingen
# 0.30 published: mIoU 72.36, with flips and scales 73.75, 6.14 GB per GPU in training.
_base_ = [
    '../_base_/models/pspnet_r50-d8.py',
    '../_base_/datasets/vaihingen.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
model = dict(decode_head=dict(num_classes=6), auxiliary_head=dict(num_classes=6))
