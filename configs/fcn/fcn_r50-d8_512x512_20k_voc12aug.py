# bash train.sh fcn_r50-d8_512x512_20k_voc12aug
# 0.30 published: mIoU 67.08, with flips and scales 69.94, 5.7 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_r50-d8.py',
    '../_base_/datasets/pascal_voc12_aug.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_20k.py',
]
model = dict(decode_head=dict(num_classes=21), auxiliary_head=dict(num_classes=21))
