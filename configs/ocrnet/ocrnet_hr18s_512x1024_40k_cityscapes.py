# bash train.sh ocrnet_hr18s_512x1024_40k_cityscapes
# 0.30 published: mIoU 74.3, with flips and scales 75.95, 3.5 GB per GPU in training.
_base_ = './ocrnet_hr18s_512x1024_160k_cityscapes.py'
runner = dict(max_iters=40000)
checkpoint_config = dict(interval=4000)
evaluation = dict(interval=4000)
