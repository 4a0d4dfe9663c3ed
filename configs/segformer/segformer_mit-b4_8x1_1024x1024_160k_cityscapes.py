# bash train.sh segformer_mit-b4_8x1_1024x1024_160k_cityscapes
# 0.30 published: mIoU 81.89, with flips and scales 83.38, 15.07 GB per GPU in training.
_base_ = './segformer_mit-b1_8x1_1024x1024_160k_cityscapes.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segformer/mit_b4_20220624-d588d980.pth'
model = dict(backbone=dict(num_layers=[3, 8, 27, 3], init_cfg=dict(checkpoint=checkpoint)))
