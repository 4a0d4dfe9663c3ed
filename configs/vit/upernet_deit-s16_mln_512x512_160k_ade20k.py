# bash train.sh upernet_deit-s16_mln_512x512_160k_ade20k
# 0.30 published: mIoU 43.82, with flips and scales 45.07, 5.69 GB per GPU in training.
_base_ = './upernet_deit-s16_512x512_160k_ade20k.py'
model = dict(
    neck=dict(
        _delete_=True,
        type='MultiLevelNeck',
        in_channels=[384, 384, 384, 384],
        out_channels=384,
        scales=[4, 2, 1, 0.5],
    ),
)
