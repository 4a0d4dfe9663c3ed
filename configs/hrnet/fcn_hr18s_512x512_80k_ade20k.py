# bash train.sh fcn_hr18s_512x512_80k_ade20k
# 0.30 published: mIoU 31.38, with flips and scales 32.45, 3.8 GB per GPU in training.
_base_ = './fcn_hr18s_512x512_160k_ade20k.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
