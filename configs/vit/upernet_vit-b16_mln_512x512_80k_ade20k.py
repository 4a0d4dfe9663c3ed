# bash train.sh upernet_vit-b16_mln_512x512_80k_ade20k
# 0.30 published: mIoU 47.71, with flips and scales 49.51, 9.2 GB per GPU in training.
_base_ = './upernet_vit-b16_mln_512x512_160k_ade20k.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
