# bash train.sh twins_pcpvt-l_fpn_fpnhead_8x4_512x512_80k_ade20k
# 0.30 published: mIoU 45.94, with flips and scales 46.7, 10.78 GB per GPU in training.
_base_ = './twins_pcpvt-s_fpn_fpnhead_8x4_512x512_80k_ade20k.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/twins/pcpvt_large_20220308-37579dc6.pth'
model = dict(backbone=dict(init_cfg=dict(checkpoint=checkpoint), depths=[3, 8, 27, 3]))
