# bash train.sh ocrnet_hr18s_512x1024_160k_cityscapes
# 0.30 published: mIoU 78.45, with flips and scales 79.97.
_base_ = './ocrnet_hr18_512x1024_160k_cityscapes.py'
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
