# bash train.sh fpn_poolformer_m48_8x4_512x512_40k_ade20k
# 0.30 published: mIoU 42.43, with flips and scales 43.6, 10.48 GB per GPU in training.
_base_ = './fpn_poolformer_m36_8x4_512x512_40k_ade20k.py'
checkpoint_file = 'https://download.openmmlab.com/mmclassification/v0/poolformer/poolformer-m48_3rdparty_32xb128_in1k_20220414-9378f3eb.pth'
model = dict(backbone=dict(arch='m48', init_cfg=dict(checkpoint=checkpoint_file)))
