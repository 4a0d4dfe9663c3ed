# bash train.sh fpn_poolformer_m36_8x4_512x512_40k_ade20k
# 0.30 published: mIoU 41.95, with flips and scales 43.24, 8.59 GB per GPU in training.
_base_ = './fpn_poolformer_s12_8x4_512x512_40k_ade20k.py'
checkpoint_file = 'https://download.openmmlab.com/mmclassification/v0/poolformer/poolformer-m36_3rdparty_32xb128_in1k_20220414-c55e0949.pth'
model = dict(
    backbone=dict(arch='m36', init_cfg=dict(checkpoint=checkpoint_file)),
    neck=dict(in_channels=[96, 192, 384, 768]),
)
