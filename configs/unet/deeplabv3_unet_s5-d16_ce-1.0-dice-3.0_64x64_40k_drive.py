# bash train.sh deeplabv3_unet_s5-d16_ce-1.0-dice-3.0_64x64_40k_drive
# 0.30 published: Dice 79.56, 0.582 GB per GPU in training.
_base_ = './deeplabv3_unet_s5-d16_64x64_40k_drive.py'
model = dict(
    decode_head=dict(
        loss_decode=[
            dict(type='CrossEntropyLoss', loss_name='loss_ce', loss_weight=1.0),
            dict(type='DiceLoss', loss_name='loss_dice', loss_weight=3.0),
        ],
    ),
)
