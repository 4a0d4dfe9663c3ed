# bash train.sh deeplabv3_r50-d8_512x512_4x4_160k_coco-stuff164k
# 0.30 published: mIoU 41.09, with flips and scales 41.69.
_base_ = [
    '../_base_/models/deeplabv3_r50-d8.py',
    '../_base_/datasets/coco-stuff164k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
model = dict(decode_head=dict(num_classes=171), auxiliary_head=dict(num_classes=171))
