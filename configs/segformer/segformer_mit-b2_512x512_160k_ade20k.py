# bash train.sh segformer_mit-b2_512x512_160k_ade20k
# 0.30 published: mIoU 46.8, with flips and scales 48.12, 3.6 GB per GPU in training.
_base_ = './segformer_mit-b1_512x512_160k_ade20k.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segformer/mit_b2_20220624-66e8bf70.pth'
model = dict(pretrained=checkpoint, backbone=dict(num_layers=[3, 4, 6, 3]))
