# bash train.sh segformer_mit-b5_512x512_160k_ade20k
# 0.30 published: mIoU 49.13, with flips and scales 50.22, 7.2 GB per GPU in training.
_base_ = './segformer_mit-b1_512x512_160k_ade20k.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segformer/mit_b5_20220624-658746d9.pth'
model = dict(pretrained=checkpoint, backbone=dict(num_layers=[3, 6, 40, 3]))
