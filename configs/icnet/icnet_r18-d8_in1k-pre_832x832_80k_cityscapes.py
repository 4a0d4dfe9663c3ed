# bash train.sh icnet_r18-d8_in1k-pre_832x832_80k_cityscapes
# 0.30 published: mIoU 72.51, with flips and scales 74.78.
_base_ = './icnet_r50-d8_832x832_80k_cityscapes.py'
model = dict(
    backbone=dict(
        backbone_cfg=dict(
            depth=18,
            init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://resnet18_v1c'),
        ),
        layer_channels=(128, 512),
    ),
)
