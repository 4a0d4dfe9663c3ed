# bash train.sh fcn_hr48_512x512_40k_voc12aug
# 0.30 published: mIoU 76.24, with flips and scales 78.49.
_base_ = './fcn_hr48_512x512_20k_voc12aug.py'
runner = dict(max_iters=40000)
checkpoint_config = dict(interval=4000)
evaluation = dict(interval=4000)
