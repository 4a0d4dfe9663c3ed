# bash train.sh bisenetv1_r50-d32_4x4_1024x1024_160k_cityscapes
# 0.30 published: mIoU 76.92, with flips and scales 78.87, 15.39 GB per GPU in training.
_base_ = [
    '../_base_/models/bisenetv1_r18-d32.py',
    '../_base_/datasets/cityscapes_1024x1024.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
model = dict(
    backbone=dict(
        context_channels=(512, 1024, 2048),
        spatial_channels=(256, 256, 256, 512),
        out_channels=1024,
        backbone_cfg=dict(depth=50),
    ),
    decode_head=dict(in_channels=1024, channels=1024),
    auxiliary_head=[
        dict(
            type='FCNHead',
            in_channels=512,
            channels=256,
            num_convs=1,
            num_classes=19,
            in_index=1,
            norm_cfg=dict(type='SyncBN', requires_grad=True),
            concat_input=False,
        ),
        dict(
            type='FCNHead',
            in_channels=512,
            channels=256,
            num_convs=1,
            num_classes=19,
            in_index=2,
            norm_cfg=dict(type='SyncBN', requires_grad=True),
            concat_input=False,
        ),
    ],
)
data = dict(samples_per_gpu=4, workers_per_gpu=4)
optimizer = dict(lr=0.05)
lr_config = dict(warmup='linear', warmup_iters=1000)
