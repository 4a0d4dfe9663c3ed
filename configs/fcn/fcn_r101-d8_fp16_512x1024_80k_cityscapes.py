# bash train.sh fcn_r101-d8_fp16_512x1024_80k_cityscapes
# 0.30 published: mIoU 76.8, 5.37 GB per GPU in training.
_base_ = './fcn_r101-d8_512x1024_80k_cityscapes.py'
optimizer_config = dict(type='Fp16OptimizerHook', loss_scale=512.0)
fp16 = dict()
