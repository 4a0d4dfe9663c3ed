# bash train.sh segformer_mit-b3_8x1_1024x1024_160k_cityscapes
# 0.30 published: mIoU 81.94, with flips and scales 83.14, 10.86 GB per GPU in training.
_base_ = './segformer_mit-b1_8x1_1024x1024_160k_cityscapes.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segformer/mit_b3_20220624-13b1141c.pth'
model = dict(backbone=dict(num_layers=[3, 4, 18, 3], init_cfg=dict(checkpoint=checkpoint)))
