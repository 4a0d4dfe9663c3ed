# bash train.sh fpn_poolformer_s24_8x4_512x512_40k_ade20k
# 0.30 published: mIoU 40.12, with flips and scales 40.97, 5.47 GB per GPU in training.
_base_ = './fpn_poolformer_s12_8x4_512x512_40k_ade20k.py'
checkpoint_file = 'https://download.openmmlab.com/mmclassification/v0/poolformer/poolformer-s24_3rdparty_32xb128_in1k_20220414-d7055904.pth'
model = dict(backbone=dict(arch='s24', init_cfg=dict(checkpoint=checkpoint_file)))
