# bash train.sh deeplabv3_r50-d8_512x512_4x4_80k_coco-stuff164k
# 0.30 published: mIoU 39.38, with flips and scales 40.03, 9.6 GB per GPU in training.
_base_ = [
    '../_base_/models/deeplabv3_r50-d8.py',
    '../_base_/datasets/coco-stuff164k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
model = dict(decode_head=dict(num_classes=171), auxiliary_head=dict(num_classes=171))
