# bash train.sh erfnet_fcn_4x4_512x1024_160k_cityscapes
# 0.30 published: mIoU 72.5, with flips and scales 74.75, 6.04 GB per GPU in training.
_base_ = [
    '../_base_/models/erfnet_fcn.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
data = dict(samples_per_gpu=4, workers_per_gpu=4)
