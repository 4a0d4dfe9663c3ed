# bash train.sh segformer_mit-b1_512x512_160k_ade20k
# 0.30 published: mIoU 42.13, with flips and scales 43.74, 2.6 GB per GPU in training.
_base_ = './segformer_mit-b0_512x512_160k_ade20k.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segformer/mit_b1_20220624-02e5a6a1.pth'
model = dict(
    pretrained=checkpoint,
    backbone=dict(embed_dims=64),
    decode_head=dict(in_channels=[64, 128, 320, 512]),
)
