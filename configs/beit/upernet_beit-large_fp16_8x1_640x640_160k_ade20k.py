# bash train.sh upernet_beit-large_fp16_8x1_640x640_160k_ade20k
# 0.30 published: mIoU 56.33, with flips and scales 56.84, 22.64 GB per GPU in training.
_base_ = './upernet_beit-base_8x2_640x640_160k_ade20k.py'
model = dict(
    pretrained='pretrain/beit_large_patch16_224_pt22k_ft22k.pth',
    backbone=dict(
        embed_dims=1024,
        num_layers=24,
        num_heads=16,
        out_indices=[7, 11, 15, 23],
        drop_path_rate=0.2,
        init_values=1e-06,
    ),
    neck=dict(embed_dim=1024),
    decode_head=dict(in_channels=[1024, 1024, 1024, 1024], channels=1024),
    auxiliary_head=dict(in_channels=1024),
)
data = dict(samples_per_gpu=1)
optimizer = dict(lr=2e-05, paramwise_cfg=dict(num_layers=24, layer_decay_rate=0.95))
optimizer_config = dict(type='GradientCumulativeFp16OptimizerHook', cumulative_iters=2)
lr_config = dict(warmup_iters=3000)
runner = dict(max_iters=320000)
checkpoint_config = dict(interval=32000)
evaluation = dict(_delete_=True, interval=32000, metric='mIoU')
fp16 = dict()
