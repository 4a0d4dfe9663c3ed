# bash train.sh fcn_hr48_512x1024_40k_cityscapes
# 0.30 published: mIoU 78.48, with flips and scales 79.69, 6.2 GB per GPU in training.
_base_ = './fcn_hr48_512x1024_160k_cityscapes.py'
runner = dict(max_iters=40000)
checkpoint_config = dict(interval=4000)
evaluation = dict(interval=4000)
