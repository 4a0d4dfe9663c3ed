# bash train.sh stdc1_512x1024_80k_cityscapes
# 0.30 published: mIoU 71.82, with flips and scales 73.89, 7.15 GB per GPU in training.
_base_ = [
    '../_base_/models/stdc.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
data = dict(samples_per_gpu=12, workers_per_gpu=4)
lr_config = dict(warmup='linear', warmup_iters=1000)
