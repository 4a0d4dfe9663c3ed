# bash train.sh twins_svt-b_uperhead_8x2_512x512_160k_ade20k
# 0.30 published: mIoU 48.04, with flips and scales 48.87, 6.77 GB per GPU in training.
_base_ = './twins_svt-s_uperhead_8x2_512x512_160k_ade20k.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/twins/alt_gvt_base_20220308-1b7eb711.pth'
model = dict(
    backbone=dict(
        init_cfg=dict(checkpoint=checkpoint),
        embed_dims=[96, 192, 384, 768],
        num_heads=[3, 6, 12, 24],
        depths=[2, 2, 18, 2],
    ),
    decode_head=dict(in_channels=[96, 192, 384, 768]),
    auxiliary_head=dict(in_channels=384),
)
