# bash train.sh pspnet_r50-d8_512x512_20k_voc12aug
# 0.30 published: mIoU 76.78, with flips and scales 77.61, 6.1 GB per GPU in training.
_base_ = [
    '../_base_/models/pspnet_r50-d8.py',
    '../_base_/datasets/pascal_voc12_aug.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_20k.py',
]
model = dict(decode_head=dict(num_classes=21), auxiliary_head=dict(num_classes=21))
