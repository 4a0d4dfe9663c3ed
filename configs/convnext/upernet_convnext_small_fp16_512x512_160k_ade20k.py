# bash train.sh upernet_convnext_small_fp16_512x512_160k_ade20k
# 0.30 published: mIoU 48.56, with flips and scales 49.02, 5.16 GB per GPU in training.
_base_ = './upernet_convnext_base_fp16_512x512_160k_ade20k.py'
checkpoint_file = 'https://download.openmmlab.com/mmclassification/v0/convnext/downstream/convnext-small_3rdparty_32xb128-noema_in1k_20220301-303e75e3.pth'
model = dict(
    backbone=dict(arch='small', drop_path_rate=0.3, init_cfg=dict(checkpoint=checkpoint_file)),
    decode_head=dict(in_channels=[96, 192, 384, 768]),
    auxiliary_head=dict(in_channels=384),
)
