# bash train.sh upernet_swin_small_patch4_window7_512x512_160k_ade20k_pretrain_224x224_1K
# 0.30 published: mIoU 47.72, with flips and scales 49.24, 6.17 GB per GPU in training.
_base_ = './upernet_swin_tiny_patch4_window7_512x512_160k_ade20k_pretrain_224x224_1K.py'
checkpoint_file = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/swin/swin_small_patch4_window7_224_20220317-7ba6d6dd.pth'
model = dict(backbone=dict(depths=[2, 2, 18, 2], init_cfg=dict(checkpoint=checkpoint_file)))
