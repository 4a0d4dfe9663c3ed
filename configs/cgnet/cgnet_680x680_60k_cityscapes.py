# bash train.sh cgnet_680x680_60k_cityscapes
# 0.30 published: mIoU 65.63, with flips and scales 68.04, 7.5 GB per GPU in training.
_base_ = './cgnet_512x1024_60k_cityscapes.py'
crop_size = (680, 680)
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadAnnotations'),
    dict(type='Resize', img_scale=(2048, 1024), ratio_range=(0.5, 2.0)),
    dict(type='RandomCrop', crop_size=crop_size),
    dict(type='RandomFlip', flip_ratio=0.5),
    dict(
        type='Normalize',
        mean=[72.39239876, 82.90891754, 73.15835921],
        std=[1, 1, 1],
        to_rgb=True,
    ),
    dict(type='Pad', size=crop_size, pad_val=0, seg_pad_val=255),
    dict(type='DefaultFormatBundle'),
    dict(type='Collect', keys=['img', 'gt_semantic_seg']),
]
data = dict(train=dict(pipeline=train_pipeline))
