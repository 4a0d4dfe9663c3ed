# bash train.sh pspnet_r50-d8_360x480_20k_camvid
# From scratch; model.pretrained='open-mmlab://resnet50_v1c' starts from ImageNet where it can be downloaded.
_base_ = [
    '../_base_/models/pspnet_r50-d8.py',
    '../_base_/datasets/camvid.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_20k.py',
]
model = dict(pretrained=None, decode_head=dict(num_classes=11), auxiliary_head=dict(num_classes=11))
evaluation = dict(save_best='mIoU')
