# bash train.sh pspnet_unet_s5-d16_256x256_40k_hrf
# 0.30 published: Dice 80.07, 2.588 GB per GPU in training.
_base_ = [
    '../_base_/models/pspnet_unet_s5-d16.py',
    '../_base_/datasets/hrf.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
evaluation = dict(metric='mDice')
