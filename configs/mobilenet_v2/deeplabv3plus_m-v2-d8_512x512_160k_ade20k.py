# bash train.sh deeplabv3plus_m-v2-d8_512x512_160k_ade20k
# 0.30 published: mIoU 34.02, 8.2 GB per GPU in training.
_base_ = './deeplabv3_m-v2-d8_512x512_160k_ade20k.py'
model = dict(decode_head=dict(type='DepthwiseSeparableASPPHead', c1_in_channels=24, c1_channels=48))
