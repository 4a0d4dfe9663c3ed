# bash train.sh apcnet_r50-d8_769x769_80k_cityscapes
# 0.30 published: mIoU 78.79, with flips and scales 80.35.
_base_ = './apcnet_r50-d8_769x769_40k_cityscapes.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
