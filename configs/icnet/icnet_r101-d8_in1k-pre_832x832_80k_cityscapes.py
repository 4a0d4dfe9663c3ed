# bash train.sh icnet_r101-d8_in1k-pre_832x832_80k_cityscapes
# 0.30 published: mIoU 75.57, with flips and scales 77.86.
_base_ = './icnet_r50-d8_832x832_80k_cityscapes.py'
model = dict(
    backbone=dict(
        backbone_cfg=dict(
            depth=101,
            init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://resnet101_v1c'),
        ),
    ),
)
