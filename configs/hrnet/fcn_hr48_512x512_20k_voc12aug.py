# bash train.sh fcn_hr48_512x512_20k_voc12aug
# 0.30 published: mIoU 75.87, with flips and scales 78.58, 6.2 GB per GPU in training.
_base_ = './fcn_hr18_512x512_20k_voc12aug.py'
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
