# bash train.sh pspnet_unet_s5-d16_256x256_40k_hrf
_base_ = [
    '../_base_/models/pspnet_unet_s5-d16.py',
    '../_base_/datasets/hrf.py',
    '../_base_/default_runtime.py',
    '../_base_/schedules/schedule_40k.py',
]
evaluation = dict(metric='mDice')
