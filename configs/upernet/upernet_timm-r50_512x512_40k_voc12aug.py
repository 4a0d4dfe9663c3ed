# bash train.sh upernet_timm-r50_512x512_40k_voc12aug
# Needs timm (pip install timm); the weights come from the hub.
_base_ = [
    '../_base_/models/upernet_r50.py',
    '../_base_/datasets/pascal_voc12_aug.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
model = dict(
    pretrained=None,
    backbone=dict(_delete_=True, type='TIMMBackbone', model_name='resnet50', out_indices=(1, 2, 3, 4)),
    decode_head=dict(num_classes=21),
    auxiliary_head=dict(num_classes=21),
)
