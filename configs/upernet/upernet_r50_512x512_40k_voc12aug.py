# bash train.sh upernet_r50_512x512_40k_voc12aug
# 0.30 published: mIoU 75.92, with flips and scales 77.44.
_base_ = [
    '../_base_/models/upernet_r50.py',
    '../_base_/datasets/pascal_voc12_aug.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
model = dict(decode_head=dict(num_classes=21), auxiliary_head=dict(num_classes=21))
