# bash train.sh fcn_r50-d8_512x512_40k_voc12aug
# 0.30 published: mIoU 66.97, with flips and scales 69.04.
_base_ = [
    '../_base_/models/fcn_r50-d8.py',
    '../_base_/datasets/pascal_voc12_aug.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
model = dict(decode_head=dict(num_classes=21), auxiliary_head=dict(num_classes=21))
