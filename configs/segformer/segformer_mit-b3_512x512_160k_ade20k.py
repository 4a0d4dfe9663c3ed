# bash train.sh segformer_mit-b3_512x512_160k_ade20k
# 0.30 published: mIoU 48.25, with flips and scales 49.58, 4.8 GB per GPU in training.
_base_ = './segformer_mit-b1_512x512_160k_ade20k.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segformer/mit_b3_20220624-13b1141c.pth'
model = dict(pretrained=checkpoint, backbone=dict(num_layers=[3, 4, 18, 3]))
