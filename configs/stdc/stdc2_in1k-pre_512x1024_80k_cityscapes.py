# bash train.sh stdc2_in1k-pre_512x1024_80k_cityscapes
# 0.30 published: mIoU 76.67, with flips and scales 78.67.
_base_ = './stdc2_512x1024_80k_cityscapes.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/stdc/stdc2_20220308-7dbd9127.pth'
model = dict(
    backbone=dict(backbone_cfg=dict(init_cfg=dict(type='Pretrained', checkpoint=checkpoint))),
)
