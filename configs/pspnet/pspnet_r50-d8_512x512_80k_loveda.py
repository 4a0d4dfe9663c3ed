# bash train.sh pspnet_r50-d8_512x512_80k_loveda
# 0.30 published: mIoU 50.46, with flips and scales 50.19, 6.14 GB per GPU in training.
_base_ = [
    '../_base_/models/pspnet_r50-d8.py',
    '../_base_/datasets/loveda.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
model = dict(decode_head=dict(num_classes=7), auxiliary_head=dict(num_classes=7))
