# bash train.sh bisenetv1_r101-d32_in1k-pre_lr5e-3_4x4_512x512_160k_coco-stuff164k
# 0.30 published: mIoU 37.38, with flips and scales 37.99, 10.36 GB per GPU in training.
_base_ = './bisenetv1_r101-d32_lr5e-3_4x4_512x512_160k_coco-stuff164k.py'
model = dict(
    backbone=dict(
        backbone_cfg=dict(
            init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://resnet101_v1c'),
        ),
    ),
)
