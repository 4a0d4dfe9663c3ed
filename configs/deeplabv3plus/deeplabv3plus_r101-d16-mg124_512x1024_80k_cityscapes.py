# bash train.sh deeplabv3plus_r101-d16-mg124_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.9, with flips and scales 81.33, 9.9 GB per GPU in training.
_base_ = './deeplabv3plus_r101-d16-mg124_512x1024_40k_cityscapes.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
