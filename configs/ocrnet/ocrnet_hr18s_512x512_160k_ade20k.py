# bash train.sh ocrnet_hr18s_512x512_160k_ade20k
# 0.30 published: mIoU 37.19, with flips and scales 38.4.
_base_ = './ocrnet_hr18_512x512_160k_ade20k.py'
model = dict(
    pretrained='open-mmlab://msra/hrnetv2_w18_small',
    backbone=dict(
        extra=dict(
            stage1=dict(num_blocks=(2,)),
            stage2=dict(num_blocks=(2, 2)),
            stage3=dict(num_modules=3, num_blocks=(2, 2, 2)),
            stage4=dict(num_modules=2, num_blocks=(2, 2, 2, 2)),
        ),
    ),
)
