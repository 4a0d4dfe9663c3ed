# bash train.sh upernet_r18_512x1024_80k_cityscapes
# 0.30 published: mIoU 76.02, with flips and scales 77.38.
_base_ = './upernet_r18_512x1024_40k_cityscapes.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
