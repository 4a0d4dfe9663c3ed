# bash train.sh fcn_unet_s5-d16_256x256_40k_hrf
# 0.30 published: Dice 79.45, 2.525 GB per GPU in training.
_base_ = [
    '../_base_/models/fcn_unet_s5-d16.py',
    '../_base_/datasets/hrf.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
evaluation = dict(metric='mDice')
