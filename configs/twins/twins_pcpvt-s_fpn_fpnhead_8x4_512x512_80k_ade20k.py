# bash train.sh twins_pcpvt-s_fpn_fpnhead_8x4_512x512_80k_ade20k
# 0.30 published: mIoU 43.26, with flips and scales 44.11, 6.6 GB per GPU in training.
_base_ = [
    '../_base_/models/twins_pcpvt-s_fpn.py',
    '../_base_/datasets/ade20k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
optimizer = dict(_delete_=True, type='AdamW', lr=0.0001, weight_decay=0.0001)
