# bash train.sh upernet_swin_large_patch4_window7_512x512_pretrain_224x224_22K_160k_ade20k
# 0.30 published: mIoU 51.17, with flips and scales 52.99, 10.98 GB per GPU in training.
_base_ = './upernet_swin_tiny_patch4_window7_512x512_160k_ade20k_pretrain_224x224_1K.py'
checkpoint_file = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/swin/swin_large_patch4_window7_224_22k_20220412-aeecf2aa.pth'
model = dict(
    backbone=dict(
        embed_dims=192,
        depths=[2, 2, 18, 2],
        num_heads=[6, 12, 24, 48],
        init_cfg=dict(checkpoint=checkpoint_file),
    ),
    decode_head=dict(in_channels=[192, 384, 768, 1536]),
    auxiliary_head=dict(in_channels=768),
)
