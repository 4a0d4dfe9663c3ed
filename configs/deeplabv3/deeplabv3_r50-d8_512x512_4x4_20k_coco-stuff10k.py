# bash train.sh deeplabv3_r50-d8_512x512_4x4_20k_coco-stuff10k
# 0.30 published: mIoU 34.66, with flips and scales 36.08, 9.6 GB per GPU in training.
_base_ = [
    '../_base_/models/deeplabv3_r50-d8.py',
    '../_base_/datasets/coco-stuff10k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_20k.py',
]
model = dict(decode_head=dict(num_classes=171), auxiliary_head=dict(num_classes=171))
