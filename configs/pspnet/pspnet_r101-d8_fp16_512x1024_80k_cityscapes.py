# bash train.sh pspnet_r101-d8_fp16_512x1024_80k_cityscapes
# 0.30 published: mIoU 79.46, 5.34 GB per GPU in training.
_base_ = './pspnet_r101-d8_512x1024_80k_cityscapes.py'
# The loss is scaled by 512 so that small gradients survive float16.
optimizer_config = dict(type='Fp16OptimizerHook', loss_scale=512.0)
fp16 = dict()
