# bash train.sh fastfcn_r50-d32_jpu_enc_512x512_80k_ade20k
# 0.30 published: mIoU 40.88, with flips and scales 42.36, 9.67 GB per GPU in training.
_base_ = './fastfcn_r50-d32_jpu_enc_512x512_160k_ade20k.py'
runner = dict(max_iters=80000)
checkpoint_config = dict(interval=8000)
evaluation = dict(interval=8000)
