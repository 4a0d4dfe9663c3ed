# bash train.sh upernet_swin_tiny_patch4_window7_512x512_160k_ade20k_pretrain_224x224_1K
# 0.30 published: mIoU 44.41, with flips and scales 45.79, 5.02 GB per GPU in training.
_base_ = './upernet_swin_base_patch4_window7_512x512_160k_ade20k_pretrain_224x224_22K.py'
checkpoint_file = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/swin/swin_tiny_patch4_window7_224_20220317-1cdeb081.pth'
model = dict(
    backbone=dict(
        embed_dims=96,
        depths=[2, 2, 6, 2],
        num_heads=[3, 6, 12, 24],
        init_cfg=dict(checkpoint=checkpoint_file),
    ),
    decode_head=dict(in_channels=[96, 192, 384, 768]),
    auxiliary_head=dict(in_channels=384),
)
