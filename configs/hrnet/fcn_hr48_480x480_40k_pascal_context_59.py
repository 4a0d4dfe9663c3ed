# bash train.sh fcn_hr48_480x480_40k_pascal_context_59
# 0.30 published: mIoU 50.33, with flips and scales 52.83.
_base_ = './fcn_hr18_480x480_40k_pascal_context_59.py'
model = dict(
    pretrained='open-mmlab://msra/hrnetv2_w48',
    backbone=dict(
        extra=dict(
            stage2=dict(num_channels=(48, 96)),
            stage3=dict(num_channels=(48, 96, 192)),
            stage4=dict(num_channels=(48, 96, 192, 384)),
        ),
    ),
    decode_head=dict(in_channels=[48, 96, 192, 384], channels=720),
)
