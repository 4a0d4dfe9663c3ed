# bash train.sh pspnet_r50-d8_512x512_4x4_40k_coco-stuff10k
# 0.30 published: mIoU 36.33, with flips and scales 37.24.
_base_ = [
    '../_base_/models/pspnet_r50-d8.py',
    '../_base_/datasets/coco-stuff10k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
model = dict(decode_head=dict(num_classes=171), auxiliary_head=dict(num_classes=171))
