# bash train.sh segformer_mit-b0_512x512_160k_ade20k
# 0.30 published: mIoU 37.85, with flips and scales 38.97, 2.1 GB per GPU in training.
_base_ = [
    '../_base_/models/segformer_mit-b0.py',
    '../_base_/datasets/ade20k.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segformer/mit_b0_20220624-7e0fe6dd.pth'
model = dict(pretrained=checkpoint, decode_head=dict(num_classes=150))
data = dict(samples_per_gpu=2, workers_per_gpu=2)
optimizer = dict(
    _delete_=True,
    type='AdamW',
    lr=6e-05,
    betas=(0.9, 0.999),
    weight_decay=0.01,
    paramwise_cfg=dict(
        custom_keys=dict(
            pos_block=dict(decay_mult=0.0),
            norm=dict(decay_mult=0.0),
            head=dict(lr_mult=10.0),
        ),
    ),
)
lr_config = dict(warmup='linear', warmup_iters=1500, warmup_ratio=1e-06, power=1.0, min_lr=0.0)
