# bash train.sh pspnet_unet_s5-d16_ce-1.0-dice-3.0_128x128_40k_chase-db1
# 0.30 published: Dice 80.28, 1.028 GB per GPU in training.
_base_ = './pspnet_unet_s5-d16_128x128_40k_chase_db1.py'
model = dict(
    decode_head=dict(
        loss_decode=[
            dict(type='CrossEntropyLoss', loss_name='loss_ce', loss_weight=1.0),
            dict(type='DiceLoss', loss_name='loss_dice', loss_weight=3.0),
        ],
    ),
)
