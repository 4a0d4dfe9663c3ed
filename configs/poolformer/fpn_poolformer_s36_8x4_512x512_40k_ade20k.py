# bash train.sh fpn_poolformer_s36_8x4_512x512_40k_ade20k
# 0.30 published: mIoU 41.61, with flips and scales 42.61, 6.77 GB per GPU in training.
_base_ = './fpn_poolformer_s12_8x4_512x512_40k_ade20k.py'
checkpoint_file = 'https://download.openmmlab.com/mmclassification/v0/poolformer/poolformer-s36_3rdparty_32xb128_in1k_20220414-d78ff3e8.pth'
model = dict(backbone=dict(arch='s36', init_cfg=dict(checkpoint=checkpoint_file)))
