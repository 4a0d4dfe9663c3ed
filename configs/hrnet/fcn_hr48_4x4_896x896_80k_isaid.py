# bash train.sh fcn_hr48_4x4_896x896_80k_isaid
# 0.30 published: mIoU 67.8, with flips and scales 68.53, 16.89 GB per GPU in training.
_base_ = './fcn_hr18_4x4_896x896_80k_isaid.py'
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
