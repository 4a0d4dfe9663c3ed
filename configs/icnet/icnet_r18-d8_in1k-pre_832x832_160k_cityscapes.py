# bash train.sh icnet_r18-d8_in1k-pre_832x832_160k_cityscapes
# 0.30 published: mIoU 74.43, with flips and scales 76.72.
_base_ = './icnet_r50-d8_832x832_160k_cityscapes.py'
model = dict(
    backbone=dict(
        backbone_cfg=dict(
            depth=18,
            init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://resnet18_v1c'),
        ),
        layer_channels=(128, 512),
    ),
)
