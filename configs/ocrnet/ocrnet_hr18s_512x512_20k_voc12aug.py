# bash train.sh ocrnet_hr18s_512x512_20k_voc12aug
# 0.30 published: mIoU 71.7, with flips and scales 73.84, 3.5 GB per GPU in training.
_base_ = './ocrnet_hr18_512x512_20k_voc12aug.py'
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
