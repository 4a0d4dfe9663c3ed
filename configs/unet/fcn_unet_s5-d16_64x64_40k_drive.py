# bash train.sh fcn_unet_s5-d16_64x64_40k_drive
# 0.30 published: Dice 78.67, 0.68 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_unet_s5-d16.py',
    '../_base_/datasets/drive.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
model = dict(test_cfg=dict(crop_size=(64, 64), stride=(42, 42)))
evaluation = dict(metric='mDice')
