# bash train.sh pspnet_timm-convnext-tiny-d16_512x512_40k_voc12aug
# Needs timm (pip install timm); the weights come from the hub.
_base_ = './pspnet_timm-r50-d8_512x512_40k_voc12aug.py'
model = dict(
    backbone=dict(model_name='convnext_tiny', out_indices=(0, 1, 2, 3), output_stride=16, drop_path_rate=0.1),
    decode_head=dict(in_channels=768),
    auxiliary_head=dict(in_channels=384),
)
optimizer = dict(_delete_=True, type='AdamW', lr=0.0001, betas=(0.9, 0.999), weight_decay=0.05)
lr_config = dict(
    _delete_=True,
    policy='poly',
    warmup='linear',
    warmup_iters=1500,
    warmup_ratio=1e-6,
    power=1.0,
    min_lr=0.0,
    by_epoch=False,
)
