# bash train.sh fcn_hr48_512x512_80k_ade20k
# 0.30 published: mIoU 41.9, with flips and scales 43.27, 8.2 GB per GPU in training.
_base_ = './fcn_hr48_512x512_160k_ade20k.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
