# bash train.sh segmenter_vit-s_linear_8x1_512x512_160k_ade20k
# 0.30 published: mIoU 45.75, with flips and scales 46.82, 1.78 GB per GPU in training.
_base_ = './segmenter_vit-s_mask_8x1_512x512_160k_ade20k.py'
model = dict(
    decode_head=dict(
        _delete_=True,
        type='FCNHead',
        in_channels=384,
        channels=384,
        num_convs=0,
        dropout_ratio=0.0,
        concat_input=False,
        num_classes=150,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0),
    ),
)
