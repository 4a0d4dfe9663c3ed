# bash train.sh knet_s3_upernet_r50-d8_8x2_512x512_adamw_80k_ade20k
# 0.30 published: mIoU 43.45, with flips and scales 44.07, 7.34 GB per GPU in training.
_base_ = './knet_s3_pspnet_r50-d8_8x2_512x512_adamw_80k_ade20k.py'
model = dict(
    backbone=dict(dilations=(1, 1, 1, 1), strides=(1, 2, 2, 2)),
    decode_head=dict(
        kernel_generate_head=dict(
            type='UPerHead',
            in_channels=[256, 512, 1024, 2048],
            in_index=[0, 1, 2, 3],
        ),
    ),
)
