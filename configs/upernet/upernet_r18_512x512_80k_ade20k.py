# bash train.sh upernet_r18_512x512_80k_ade20k
# 0.30 published: mIoU 38.76, with flips and scales 39.81, 6.6 GB per GPU in training.
_base_ = './upernet_r18_512x512_160k_ade20k.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
