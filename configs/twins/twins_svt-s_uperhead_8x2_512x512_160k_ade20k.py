# bash train.sh twins_svt-s_uperhead_8x2_512x512_160k_ade20k
# 0.30 published: mIoU 46.08, with flips and scales 46.96, 4.93 GB per GPU in training.
_base_ = './twins_pcpvt-s_uperhead_8x4_512x512_160k_ade20k.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/twins/alt_gvt_small_20220308-7e1c3695.pth'
model = dict(
    backbone=dict(
        type='SVT',
        init_cfg=dict(checkpoint=checkpoint),
        embed_dims=[64, 128, 256, 512],
        num_heads=[2, 4, 8, 16],
        mlp_ratios=[4, 4, 4, 4],
        depths=[2, 2, 10, 4],
        norm_after_stage=True,
        windiow_sizes=[7, 7, 7, 7],
    ),
    decode_head=dict(in_channels=[64, 128, 256, 512]),
    auxiliary_head=dict(in_channels=256),
)
data = dict(samples_per_gpu=2, workers_per_gpu=2)
