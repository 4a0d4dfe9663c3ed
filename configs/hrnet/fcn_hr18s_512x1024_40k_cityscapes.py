# bash train.sh fcn_hr18s_512x1024_40k_cityscapes
# 0.30 published: mIoU 73.86, with flips and scales 75.91, 1.7 GB per GPU in training.
_base_ = './fcn_hr18s_512x1024_160k_cityscapes.py'
runner = dict(max_iters=40000)
checkpoint_config = dict(interval=4000)
evaluation = dict(interval=4000)
