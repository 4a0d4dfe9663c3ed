# bash train.sh deeplabv3plus_m-v2-d8_512x1024_80k_cityscapes
# 0.30 published: mIoU 75.2, 5.1 GB per GPU in training.
_base_ = './deeplabv3_m-v2-d8_512x1024_80k_cityscapes.py'
model = dict(decode_head=dict(type='DepthwiseSeparableASPPHead', c1_in_channels=24, c1_channels=48))
