# bash train.sh pointrend_r50_512x1024_80k_cityscapes
# 0.30 published: mIoU 76.47, with flips and scales 78.13, 3.1 GB per GPU in training.
_base_ = [
    '../_base_/models/pointrend_r50.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
lr_config = dict(warmup='linear', warmup_iters=200)
