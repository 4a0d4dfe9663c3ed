# bash train.sh knet_s3_fcn_r50-d8_8x2_512x512_adamw_80k_ade20k
# 0.30 published: mIoU 43.6, with flips and scales 45.12, 7.01 GB per GPU in training.
_base_ = './knet_s3_deeplabv3_r50-d8_8x2_512x512_adamw_80k_ade20k.py'
model = dict(
    decode_head=dict(
        kernel_generate_head=dict(
            _delete_=True,
            type='FCNHead',
            in_channels=2048,
            in_index=3,
            channels=512,
            num_convs=2,
            concat_input=True,
            dropout_ratio=0.1,
            num_classes=150,
            norm_cfg=dict(type='SyncBN', requires_grad=True),
            align_corners=False,
            loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0),
        ),
    ),
)
