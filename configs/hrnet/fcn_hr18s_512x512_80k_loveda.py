# bash train.sh fcn_hr18s_512x512_80k_loveda
# 0.30 published: mIoU 49.28, with flips and scales 49.42, 1.59 GB per GPU in training.
_base_ = './fcn_hr18_512x512_80k_loveda.py'
model = dict(
    backbone=dict(
        extra=dict(
            stage1=dict(num_blocks=(2,)),
            stage2=dict(num_blocks=(2, 2)),
            stage3=dict(num_modules=3, num_blocks=(2, 2, 2)),
            stage4=dict(num_modules=2, num_blocks=(2, 2, 2, 2)),
        ),
        init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://msra/hrnetv2_w18_small'),
    ),
)
