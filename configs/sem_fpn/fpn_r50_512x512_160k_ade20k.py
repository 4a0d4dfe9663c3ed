# bash train.sh fpn_r50_512x512_160k_ade20k
# 0.30 published: mIoU 37.49, with flips and scales 39.09, 4.9 GB per GPU in training.
_base_ = [
    '../_base_/models/fpn_r50.py',
    '../_base_/datasets/ade20k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
model = dict(decode_head=dict(num_classes=150))
