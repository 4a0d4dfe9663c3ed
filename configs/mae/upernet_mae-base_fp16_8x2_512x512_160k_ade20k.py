# bash train.sh upernet_mae-base_fp16_8x2_512x512_160k_ade20k
# 0.30 published: mIoU 48.13, with flips and scales 48.7, 9.96 GB per GPU in training.
_base_ = [
    '../_base_/models/upernet_mae.py',
    '../_base_/datasets/ade20k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
model = dict(
    pretrained='./pretrain/mae_pretrain_vit_base_mmcls.pth',
    backbone=dict(img_size=(512, 512), out_indices=[3, 5, 7, 11], init_values=1.0),
    decode_head=dict(in_channels=[768, 768, 768, 768], channels=768, num_classes=150),
    auxiliary_head=dict(in_channels=768, num_classes=150),
    test_cfg=dict(mode='slide', crop_size=(512, 512), stride=(341, 341)),
)
data = dict(samples_per_gpu=2)
optimizer = dict(
    _delete_=True,
    type='AdamW',
    lr=0.0001,
    betas=(0.9, 0.999),
    weight_decay=0.05,
    constructor='LayerDecayOptimizerConstructor',
    paramwise_cfg=dict(num_layers=12, layer_decay_rate=0.65),
)
lr_config = dict(warmup='linear', warmup_iters=1500, warmup_ratio=1e-06, power=1.0, min_lr=0.0)
fp16 = dict(loss_scale='dynamic')
