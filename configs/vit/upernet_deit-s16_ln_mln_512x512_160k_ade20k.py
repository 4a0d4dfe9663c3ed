# bash train.sh upernet_deit-s16_ln_mln_512x512_160k_ade20k
# 0.30 published: mIoU 43.52, with flips and scales 45.01, 5.69 GB per GPU in training.
_base_ = './upernet_vit-b16_mln_512x512_160k_ade20k.py'
model = dict(
    pretrained='pretrain/deit_small_patch16_224-cd65a155.pth',
    backbone=dict(embed_dims=384, num_heads=6, drop_path_rate=0.1, final_norm=True),
    neck=dict(in_channels=[384, 384, 384, 384], out_channels=384),
    decode_head=dict(in_channels=[384, 384, 384, 384]),
    auxiliary_head=dict(in_channels=384),
)
