# bash train.sh upernet_deit-s16_512x512_80k_ade20k
# 0.30 published: mIoU 42.96, with flips and scales 43.79, 4.68 GB per GPU in training.
_base_ = './upernet_deit-s16_512x512_160k_ade20k.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
