# bash train.sh segformer_mit-b2_8x1_1024x1024_160k_cityscapes
# 0.30 published: mIoU 81.08, with flips and scales 82.18, 7.42 GB per GPU in training.
_base_ = './segformer_mit-b1_8x1_1024x1024_160k_cityscapes.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segformer/mit_b2_20220624-66e8bf70.pth'
model = dict(backbone=dict(num_layers=[3, 4, 6, 3], init_cfg=dict(checkpoint=checkpoint)))
