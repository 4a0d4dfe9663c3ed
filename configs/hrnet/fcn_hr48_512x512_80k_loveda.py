# bash train.sh fcn_hr48_512x512_80k_loveda
# 0.30 published: mIoU 51.42, with flips and scales 51.64, 6.2 GB per GPU in training.
_base_ = './fcn_hr18_512x512_80k_loveda.py'
model = dict(
    backbone=dict(
        extra=dict(
            stage2=dict(num_channels=(48, 96)),
            stage3=dict(num_channels=(48, 96, 192)),
            stage4=dict(num_channels=(48, 96, 192, 384)),
        ),
        init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://msra/hrnetv2_w48'),
    ),
    decode_head=dict(in_channels=[48, 96, 192, 384], channels=720),
)
