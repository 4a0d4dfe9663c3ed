# bash train.sh fcn_unet_s5-d16_4x4_512x1024_160k_cityscapes
# 0.30 published: mIoU 69.1, with flips and scales 71.05, 17.91 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_unet_s5-d16.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
model = dict(
    decode_head=dict(num_classes=19),
    auxiliary_head=dict(num_classes=19),
    test_cfg=dict(mode='whole'),
)
data = dict(samples_per_gpu=4, workers_per_gpu=4)
