# bash train.sh ccnet_r50-d8_769x769_40k_cityscapes
# 0.30 published: mIoU 78.46, with flips and scales 79.93, 6.8 GB per GPU in training.
_base_ = [
    '../_base_/models/ccnet_r50-d8.py',
    '../_base_/datasets/cityscapes_769x769.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
model = dict(
    decode_head=dict(align_corners=True),
    auxiliary_head=dict(align_corners=True),
    test_cfg=dict(mode='slide', crop_size=(769, 769), stride=(513, 513)),
)
