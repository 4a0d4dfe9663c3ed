# bash train.sh upernet_r18_512x512_20k_voc12aug
# 0.30 published: mIoU 72.9, with flips and scales 74.71, 4.8 GB per GPU in training.
_base_ = [
    '../_base_/models/upernet_r50.py',
    '../_base_/datasets/pascal_voc12_aug.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_20k.py',
]
model = dict(
    pretrained='open-mmlab://resnet18_v1c',
    backbone=dict(depth=18),
    decode_head=dict(in_channels=[64, 128, 256, 512], num_classes=21),
    auxiliary_head=dict(in_channels=256, num_classes=21),
)
