# bash train.sh icnet_r50-d8_in1k-pre_832x832_80k_cityscapes
# 0.30 published: mIoU 74.58, with flips and scales 76.41.
_base_ = './icnet_r50-d8_832x832_80k_cityscapes.py'
model = dict(
    backbone=dict(
        backbone_cfg=dict(init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://resnet50_v1c')),
    ),
)
