# bash train.sh bisenetv2_fcn_fp16_4x4_1024x1024_160k_cityscapes
# 0.30 published: mIoU 73.07, with flips and scales 75.13, 5.77 GB per GPU in training.
_base_ = './bisenetv2_fcn_4x4_1024x1024_160k_cityscapes.py'
optimizer_config = dict(type='Fp16OptimizerHook', loss_scale=512.0)
fp16 = dict()
