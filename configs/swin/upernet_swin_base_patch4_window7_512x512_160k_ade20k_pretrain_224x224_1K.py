# bash train.sh upernet_swin_base_patch4_window7_512x512_160k_ade20k_pretrain_224x224_1K
# 0.30 published: mIoU 47.99, with flips and scales 49.57, 7.61 GB per GPU in training.
_base_ = './upernet_swin_base_patch4_window7_512x512_160k_ade20k_pretrain_224x224_22K.py'
checkpoint_file = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/swin/swin_base_patch4_window7_224_20220317-e9b98025.pth'
model = dict(backbone=dict(init_cfg=dict(checkpoint=checkpoint_file)))
