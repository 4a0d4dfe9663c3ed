# bash train.sh twins_pcpvt-b_fpn_fpnhead_8x4_512x512_80k_ade20k
# 0.30 published: mIoU 45.66, with flips and scales 46.48, 8.41 GB per GPU in training.
_base_ = './twins_pcpvt-s_fpn_fpnhead_8x4_512x512_80k_ade20k.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/twins/pcpvt_base_20220308-0621964c.pth'
model = dict(backbone=dict(init_cfg=dict(checkpoint=checkpoint), depths=[3, 4, 18, 3]))
