# bash train.sh fast_scnn_lr0.12_8x4_160k_cityscapes
# 0.30 published: mIoU 70.96, with flips and scales 72.65, 3.3 GB per GPU in training.
_base_ = [
    '../_base_/models/fast_scnn.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
data = dict(samples_per_gpu=4, workers_per_gpu=4)
optimizer = dict(lr=0.12, weight_decay=4e-05)
