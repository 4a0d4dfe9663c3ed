# bash train.sh fcn_hr48_512x1024_160k_cityscapes
# 0.30 published: mIoU 80.65, with flips and scales 81.92.
_base_ = './fcn_hr18_512x1024_160k_cityscapes.py'
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
