# bash train.sh fcn_hr18_512x512_20k_voc12aug
# 0.30 published: mIoU 72.3, with flips and scales 74.71, 2.9 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_hr18.py',
    '../_base_/datasets/pascal_voc12_aug.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_20k.py',
]
model = dict(decode_head=dict(num_classes=21))
