# bash train.sh upernet_r50_512x512_20k_voc12aug
# 0.30 published: mIoU 74.82, with flips and scales 76.35, 6.4 GB per GPU in training.
_base_ = [
    '../_base_/models/upernet_r50.py',
    '../_base_/datasets/pascal_voc12_aug.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_20k.py',
]
model = dict(decode_head=dict(num_classes=21), auxiliary_head=dict(num_classes=21))
