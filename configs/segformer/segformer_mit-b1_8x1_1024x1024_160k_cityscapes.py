# bash train.sh segformer_mit-b1_8x1_1024x1024_160k_cityscapes
# 0.30 published: mIoU 78.56, with flips and scales 79.73, 4.49 GB per GPU in training.
_base_ = './segformer_mit-b0_8x1_1024x1024_160k_cityscapes.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segformer/mit_b1_20220624-02e5a6a1.pth'
model = dict(
    backbone=dict(embed_dims=64, init_cfg=dict(checkpoint=checkpoint)),
    decode_head=dict(in_channels=[64, 128, 320, 512]),
)
