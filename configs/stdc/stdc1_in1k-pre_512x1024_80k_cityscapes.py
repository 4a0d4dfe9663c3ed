# bash train.sh stdc1_in1k-pre_512x1024_80k_cityscapes
# 0.30 published: mIoU 74.94, with flips and scales 76.97.
_base_ = './stdc1_512x1024_80k_cityscapes.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/stdc/stdc1_20220308-5368626c.pth'
model = dict(
    backbone=dict(backbone_cfg=dict(init_cfg=dict(type='Pretrained', checkpoint=checkpoint))),
)
