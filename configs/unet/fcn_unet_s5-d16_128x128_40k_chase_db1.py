# bash train.sh fcn_unet_s5-d16_128x128_40k_chase_db1
# 0.30 published: Dice 80.24, 0.968 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_unet_s5-d16.py',
    '../_base_/datasets/chase_db1.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
model = dict(test_cfg=dict(crop_size=(128, 128), stride=(85, 85)))
evaluation = dict(metric='mDice')
