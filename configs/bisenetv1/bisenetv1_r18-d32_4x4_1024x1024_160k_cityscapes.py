# bash train.sh bisenetv1_r18-d32_4x4_1024x1024_160k_cityscapes
# 0.30 published: mIoU 74.44, with flips and scales 77.05, 5.69 GB per GPU in training.
_base_ = [
    '../_base_/models/bisenetv1_r18-d32.py',
    '../_base_/datasets/cityscapes_1024x1024.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
data = dict(samples_per_gpu=4, workers_per_gpu=4)
optimizer = dict(lr=0.025)
lr_config = dict(warmup='linear', warmup_iters=1000)
