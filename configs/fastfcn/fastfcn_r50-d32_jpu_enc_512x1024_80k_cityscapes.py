# bash train.sh fastfcn_r50-d32_jpu_enc_512x1024_80k_cityscapes
# 0.30 published: mIoU 77.97, with flips and scales 79.92, 8.15 GB per GPU in training.
_base_ = './fastfcn_r50-d32_jpu_psp_512x1024_80k_cityscapes.py'
model = dict(
    decode_head=dict(
        _delete_=True,
        type='EncHead',
        in_channels=[512, 1024, 2048],
        in_index=(0, 1, 2),
        channels=512,
        num_codes=32,
        use_se_loss=True,
        add_lateral=False,
        dropout_ratio=0.1,
        num_classes=19,
        norm_cfg=dict(type='SyncBN', requires_grad=True),
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0),
        loss_se_decode=dict(type='CrossEntropyLoss', use_sigmoid=True, loss_weight=0.2),
    ),
)
