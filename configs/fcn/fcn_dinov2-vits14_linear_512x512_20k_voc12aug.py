# bash train.sh fcn_dinov2-vits14_linear_512x512_20k_voc12aug
# The backbone is frozen and needs timm (pip install timm); its weights come from the hub.
# --cfg-options feature_cache.views=4 keeps its maps on disk: one layer alone trains, in minutes also on a CPU.
_base_ = [
    '../_base_/datasets/pascal_voc12_aug.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_20k.py',
]
norm_cfg = dict(type='SyncBN', requires_grad=True)
model = dict(
    type='EncoderDecoder',
    pretrained=None,
    backbone=dict(
        type='TIMMBackbone',
        model_name='vit_small_patch14_dinov2',
        out_indices=(11,),
        frozen=True,
    ),
    decode_head=dict(
        type='FCNHead',
        in_channels=384,
        in_index=0,
        channels=384,
        num_convs=0,
        concat_input=False,
        dropout_ratio=0.1,
        num_classes=21,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)
optimizer = dict(_delete_=True, type='AdamW', lr=0.001, weight_decay=0.01)
lr_config = dict(_delete_=True, policy='poly', power=0.9, min_lr=0.0, by_epoch=False)
