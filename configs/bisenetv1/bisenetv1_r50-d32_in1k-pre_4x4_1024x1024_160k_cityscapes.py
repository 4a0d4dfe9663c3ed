# bash train.sh bisenetv1_r50-d32_in1k-pre_4x4_1024x1024_160k_cityscapes
# 0.30 published: mIoU 77.68, with flips and scales 79.57, 15.39 GB per GPU in training.
_base_ = './bisenetv1_r50-d32_4x4_1024x1024_160k_cityscapes.py'
model = dict(
    backbone=dict(
        backbone_cfg=dict(init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://resnet50_v1c')),
    ),
)
