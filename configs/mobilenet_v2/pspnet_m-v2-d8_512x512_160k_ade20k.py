# bash train.sh pspnet_m-v2-d8_512x512_160k_ade20k
# 0.30 published: mIoU 29.68, 6.5 GB per GPU in training.
_base_ = './deeplabv3_m-v2-d8_512x512_160k_ade20k.py'
model = dict(
    decode_head=dict(
        _delete_=True,
        type='PSPHead',
        in_channels=320,
        in_index=3,
        channels=512,
        pool_scales=(1, 2, 3, 6),
        dropout_ratio=0.1,
        num_classes=150,
        norm_cfg=dict(type='SyncBN', requires_grad=True),
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0),
    ),
)
