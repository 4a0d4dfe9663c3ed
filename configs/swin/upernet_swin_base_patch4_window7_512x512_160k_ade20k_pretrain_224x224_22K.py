# bash train.sh upernet_swin_base_patch4_window7_512x512_160k_ade20k_pretrain_224x224_22K
# 0.30 published: mIoU 50.13, with flips and scales 51.9.
_base_ = './upernet_swin_base_patch4_window12_512x512_160k_ade20k_pretrain_384x384_22K.py'
checkpoint_file = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/swin/swin_base_patch4_window7_224_22k_20220317-4f79f7c0.pth'
model = dict(
    backbone=dict(pretrain_img_size=224, window_size=7, init_cfg=dict(checkpoint=checkpoint_file)),
)
