# bash train.sh fastfcn_r50-d32_jpu_psp_4x4_512x1024_80k_cityscapes
# 0.30 published: mIoU 78.76, with flips and scales 80.03, 9.94 GB per GPU in training.
_base_ = [
    '../_base_/models/fastfcn_r50-d32_jpu_psp.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_80k.py',
]
data = dict(samples_per_gpu=4, workers_per_gpu=4)
