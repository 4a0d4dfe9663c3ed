# bash train.sh pspnet_r50-d8_rsb-pretrain_512x1024_adamw_80k_cityscapes
# 0.30 published: mIoU 78.47, with flips and scales 79.45, 6.2 GB per GPU in training.
_base_ = './pspnet_r50-d8_512x1024_80k_cityscapes.py'
checkpoint = (
    'https://download.openmmlab.com/mmclassification/v0/resnet/'
    'resnet50_8xb256-rsb-a1-600e_in1k_20211228-20e21305.pth')
model = dict(
    pretrained=None,
    backbone=dict(
        type='ResNet',
        init_cfg=dict(type='Pretrained', prefix='backbone.', checkpoint=checkpoint),
    ),
)
optimizer = dict(_delete_=True, type='AdamW', lr=0.0005, weight_decay=0.05)
optimizer_config = dict(grad_clip=dict(max_norm=1, norm_type=2))
lr_config = dict(
    _delete_=True,
    policy='step',
    warmup='linear',
    warmup_iters=1000,
    warmup_ratio=0.001,
    step=[60000, 72000],
    by_epoch=False,
)
