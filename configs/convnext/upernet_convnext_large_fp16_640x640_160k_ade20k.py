# bash train.sh upernet_convnext_large_fp16_640x640_160k_ade20k
# 0.30 published: mIoU 53.16, with flips and scales 53.38, 12.08 GB per GPU in training.
_base_ = './upernet_convnext_base_fp16_640x640_160k_ade20k.py'
checkpoint_file = 'https://download.openmmlab.com/mmclassification/v0/convnext/downstream/convnext-large_3rdparty_in21k_20220301-e6e0ea0a.pth'
model = dict(
    backbone=dict(arch='large', init_cfg=dict(checkpoint=checkpoint_file)),
    decode_head=dict(in_channels=[192, 384, 768, 1536]),
    auxiliary_head=dict(in_channels=768),
)
