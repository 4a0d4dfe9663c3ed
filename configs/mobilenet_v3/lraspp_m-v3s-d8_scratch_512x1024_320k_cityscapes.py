# bash train.sh lraspp_m-v3s-d8_scratch_512x1024_320k_cityscapes
# 0.30 published: mIoU 62.74, with flips and scales 65.01, 5.3 GB per GPU in training.
_base_ = './lraspp_m-v3-d8_scratch_512x1024_320k_cityscapes.py'
model = dict(
    backbone=dict(arch='small', out_indices=(0, 1, 12)),
    decode_head=dict(in_channels=(16, 16, 576)),
)
