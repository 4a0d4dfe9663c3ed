# bash train.sh deeplabv3_r101-d16-mg124_512x1024_80k_cityscapes
# 0.30 published: mIoU 78.36, with flips and scales 79.84.
_base_ = './deeplabv3_r101-d16-mg124_512x1024_40k_cityscapes.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
