# bash train.sh upernet_convnext_tiny_fp16_512x512_160k_ade20k
# 0.30 published: mIoU 46.11, with flips and scales 46.62, 4.23 GB per GPU in training.
_base_ = './upernet_convnext_small_fp16_512x512_160k_ade20k.py'
checkpoint_file = 'https://download.openmmlab.com/mmclassification/v0/convnext/downstream/convnext-tiny_3rdparty_32xb128-noema_in1k_20220301-795e9634.pth'
model = dict(
    backbone=dict(arch='tiny', drop_path_rate=0.4, init_cfg=dict(checkpoint=checkpoint_file)),
)
optimizer = dict(paramwise_cfg=dict(num_layers=6))
