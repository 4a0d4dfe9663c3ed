# bash train.sh deeplabv3_r50-d8_512x512_4x4_40k_coco-stuff10k
# 0.30 published: mIoU 35.73, with flips and scales 37.09.
_base_ = [
    '../_base_/models/deeplabv3_r50-d8.py',
    '../_base_/datasets/coco-stuff10k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
model = dict(decode_head=dict(num_classes=171), auxiliary_head=dict(num_classes=171))
