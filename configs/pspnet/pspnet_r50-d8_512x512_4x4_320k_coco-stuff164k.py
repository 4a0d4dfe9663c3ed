# bash train.sh pspnet_r50-d8_512x512_4x4_320k_coco-stuff164k
# 0.30 published: mIoU 40.53, with flips and scales 40.75.
_base_ = [
    '../_base_/models/pspnet_r50-d8.py',
    '../_base_/datasets/coco-stuff164k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_320k.py',
]
model = dict(decode_head=dict(num_classes=171), auxiliary_head=dict(num_classes=171))
