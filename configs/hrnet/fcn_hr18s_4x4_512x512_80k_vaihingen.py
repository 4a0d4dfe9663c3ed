# bash train.sh fcn_hr18s_4x4_512x512_80k_vaihingen
# 0.30 published: mIoU 71.81, with flips and scales 73.1, 1.58 GB per GPU in training.
_base_ = './fcn_hr18_4x4_512x512_80k_vaihingen.py'
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
