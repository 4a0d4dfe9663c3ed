# bash train.sh lraspp_m-v3-d8_scratch_512x1024_320k_cityscapes
# 0.30 published: mIoU 67.87, with flips and scales 69.78, 8.9 GB per GPU in training.
_base_ = [
    '../_base_/models/lraspp_m-v3-d8.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
data = dict(samples_per_gpu=4, workers_per_gpu=4)
runner = dict(max_iters=320000)
