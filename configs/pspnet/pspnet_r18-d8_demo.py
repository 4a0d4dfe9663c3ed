# bash train.sh pspnet_r18-d8_demo
# Expected: mIoU about 0.70 on the 40 validation scenes (0.7048 and 0.6995 seen), four minutes on two CPU cores.
_base_ = ['../_base_/models/pspnet_r50-d8.py', '../_base_/datasets/demo_scenes.py', '../_base_/default_runtime.py']
# The base model is for ResNet-50 and Cityscapes; here a ResNet-18 learns the demo's ten classes from scratch.
class_weight = [1.0, 1.2, 1.0, 1.5, 1.5, 1.0, 1.5, 1.0, 2.0, 1.0]  # in the order of the classes: rare ones count more
model = dict(
    pretrained=None,
    backbone=dict(depth=18),
    decode_head=dict(in_channels=512, channels=128, num_classes=10, loss_decode=dict(class_weight=class_weight)),
    auxiliary_head=dict(in_channels=256, channels=64, num_classes=10, loss_decode=dict(class_weight=class_weight)),
)
optimizer = dict(type='AdamW', lr=0.002, weight_decay=0.01, fused=True)
optimizer_config = dict()
lr_config = dict(policy='poly', power=0.9, min_lr=1e-5, by_epoch=False, warmup='linear', warmup_iters=20)
runner = dict(type='IterBasedRunner', max_iters=480)
checkpoint_config = dict(by_epoch=False, interval=240)
evaluation = dict(interval=240, metric='mIoU', pre_eval=True, save_best='mIoU')
log_config = dict(interval=20)
