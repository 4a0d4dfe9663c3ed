# bash train.sh fcn_hr18s_4x4_896x896_80k_isaid
# 0.30 published: mIoU 62.3, with flips and scales 62.97, 4.95 GB per GPU in training.
_base_ = './fcn_hr18_4x4_896x896_80k_isaid.py'
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
