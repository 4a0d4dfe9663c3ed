# bash train.sh fastfcn_r50-d32_jpu_aspp_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.12, with flips and scales 80.58, 5.67 GB per GPU in training.
_base_ = './fastfcn_r50-d32_jpu_psp_512x1024_80k_cityscapes.py'
model = dict(
    decode_head=dict(
        _delete_=True,
        type='ASPPHead',
        in_channels=2048,
        in_index=2,
        channels=512,
        dilations=(1, 12, 24, 36),
        dropout_ratio=0.1,
        num_classes=19,
        norm_cfg=dict(type='SyncBN', requires_grad=True),
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0),
    ),
)
