# bash train.sh upernet_swin_base_patch4_window12_512x512_160k_ade20k_pretrain_384x384_1K
# 0.30 published: mIoU 48.35, with flips and scales 49.65, 8.52 GB per GPU in training.
_base_ = './upernet_swin_base_patch4_window12_512x512_160k_ade20k_pretrain_384x384_22K.py'
checkpoint_file = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/swin/swin_base_patch4_window12_384_20220317-55b0104a.pth'
model = dict(backbone=dict(init_cfg=dict(checkpoint=checkpoint_file)))
