# bash train.sh upernet_swin_large_patch4_window12_512x512_pretrain_384x384_22K_160k_ade20k
# 0.30 published: mIoU 52.25, with flips and scales 54.12, 12.42 GB per GPU in training.
_base_ = './upernet_swin_large_patch4_window7_512x512_pretrain_224x224_22K_160k_ade20k.py'
checkpoint_file = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/swin/swin_large_patch4_window12_384_22k_20220412-6580f57d.pth'
model = dict(
    backbone=dict(pretrain_img_size=384, window_size=12, init_cfg=dict(checkpoint=checkpoint_file)),
)
