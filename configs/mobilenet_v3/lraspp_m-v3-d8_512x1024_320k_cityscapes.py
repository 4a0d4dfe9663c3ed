# bash train.sh lraspp_m-v3-d8_512x1024_320k_cityscapes
# 0.30 published: mIoU 69.54, with flips and scales 70.89, 8.9 GB per GPU in training.
_base_ = [
    '../_base_/models/lraspp_m-v3-d8.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_160k.py',
]
model = dict(pretrained='open-mmlab://contrib/mobilenet_v3_large')
data = dict(samples_per_gpu=4, workers_per_gpu=4)
runner = dict(max_iters=320000)
