# bash train.sh deeplabv3_r50-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 79.89, with flips and scales 81.06.
_base_ = './deeplabv3_r50-d8_769x769_40k_cityscapes.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
