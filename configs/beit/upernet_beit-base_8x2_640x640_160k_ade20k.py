# bash train.sh upernet_beit-base_8x2_640x640_160k_ade20k
# 0.30 published: mIoU 53.08, with flips and scales 53.84, 15.88 GB per GPU in training.
_base_ = [
    '../_base_/models/upernet_beit.py',
    '../_base_/datasets/ade20k_640x640.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
model = dict(
    pretrained='pretrain/beit_base_patch16_224_pt22k_ft22k.pth',
    test_cfg=dict(mode='slide', crop_size=(640, 640), stride=(426, 426)),
)
data = dict(samples_per_gpu=2)
optimizer = dict(
    _delete_=True,
    type='AdamW',
    lr=3e-05,
    betas=(0.9, 0.999),
    weight_decay=0.05,
    constructor='LayerDecayOptimizerConstructor',
    paramwise_cfg=dict(num_layers=12, layer_decay_rate=0.9),
)
lr_config = dict(warmup='linear', warmup_iters=1500, warmup_ratio=1e-06, power=1.0, min_lr=0.0)
