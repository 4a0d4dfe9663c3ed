_base_ = ['./_base_/fields.py', './_base_/runtime.py']
norm_cfg = dict(type='SyncBN', requires_grad=True)
find_unused_parameters = True
model = dict(
    type='EncoderDecoder',
    pretrained=None,
    backbone=dict(type='BEiT', embed_dim=16, depth=2),
    decode_head=dict(
        type='GatedHead',
        in_channels=[16, 16],
        in_index=[0, 1],
        channels=8,
        dropout_ratio=0.1,
        num_classes=3,
        norm_cfg=norm_cfg,
        align_corners=False,
        sampler=dict(type='OHEMPixelSampler', thresh=0.7, min_kept=100),
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0)),
    auxiliary_head=dict(
        type='FCNHead',
        in_channels=16,
        in_index=1,
        channels=8,
        num_convs=1,
        concat_input=False,
        num_classes=3,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=0.4)))
train_cfg = dict()
test_cfg = dict(mode='slide', crop_size=(32, 32), stride=(16, 16))
optimizer = dict(
    type='AdamW', lr=0.01, betas=(0.9, 0.999), weight_decay=0.05, constructor='DepthDecayOptimizerConstructor',
    paramwise_cfg=dict(num_layers=2, layer_decay_rate=0.5))
optimizer_config = dict(type='AccumulatingOptimizerHook', update_interval=2, grad_clip=dict(max_norm=5.0))
lr_config = dict(policy='poly', warmup='linear', warmup_iters=2, warmup_ratio=0.1, power=1.0, min_lr=0.0,
                 by_epoch=False)
custom_hooks = [dict(type='AnnounceHook', text='fields, as announced', priority='VERY_HIGH')]
runner = dict(type='OwnFilesRunner', max_iters=8)
checkpoint_config = dict(by_epoch=False, interval=4)
evaluation = dict(interval=4, metric='mIoU')
