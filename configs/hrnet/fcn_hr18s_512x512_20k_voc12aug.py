# bash train.sh fcn_hr18s_512x512_20k_voc12aug
# 0.30 published: mIoU 65.5, with flips and scales 68.89, 1.8 GB per GPU in training.
_base_ = './fcn_hr18_512x512_20k_voc12aug.py'
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
