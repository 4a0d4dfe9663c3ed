# bash train.sh segmenter_vit-t_mask_8x1_512x512_160k_ade20k
# 0.30 published: mIoU 39.99, with flips and scales 40.83, 1.21 GB per GPU in training.
_base_ = './segmenter_vit-b_mask_8x1_512x512_160k_ade20k.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segmenter/vit_tiny_p16_384_20220308-cce8c795.pth'
model = dict(
    pretrained=checkpoint,
    backbone=dict(embed_dims=192, num_heads=3),
    decode_head=dict(in_channels=192, channels=192, num_heads=3, embed_dims=192),
)
