# bash train.sh segformer_mit-b4_512x512_160k_ade20k
# 0.30 published: mIoU 49.09, with flips and scales 50.72, 6.1 GB per GPU in training.
_base_ = './segformer_mit-b1_512x512_160k_ade20k.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segformer/mit_b4_20220624-d588d980.pth'
model = dict(pretrained=checkpoint, backbone=dict(num_layers=[3, 8, 27, 3]))
