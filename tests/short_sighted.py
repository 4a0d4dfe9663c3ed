"""A network whose sight is short: fast, and in windows the same as of the whole image."""

import torch

from mmseg.apis import init_segmentor

# The first stage of a narrow ResNet: a pixel sees about 30 others to each side, and nothing of the whole image.
SHORT_SIGHTED = {
    'device': 'cpu', 'model.pretrained': None, 'model.auxiliary_head': None,
    'model.backbone': dict(
        _delete_=True, type='ResNet', depth=18, num_stages=1, strides=(1,), dilations=(1,), out_indices=(0,),
        base_channels=8, stem_channels=8),
    'model.decode_head': dict(
        _delete_=True, type='FCNHead', in_channels=8, in_index=0, channels=8, num_convs=1, concat_input=False,
        num_classes=11, dropout_ratio=0.0, align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0)),
    'data.test.pipeline.1.img_scale': None, 'data.test.pipeline.1.img_ratios': [1.0],
}


def save(cfg, folder, name='model'):
    """The paths of a config and of a checkpoint of a model of it, whose labels differ."""
    model = init_segmentor(cfg, device='cpu')
    with torch.no_grad():
        for _ in range(3):
            model.train().forward_dummy(torch.randn(2, cfg.model.backbone.get('in_channels', 3), 64, 96))
        model.decode_head.conv_seg.weight.mul_(30)
    config, checkpoint = folder / f'{name}.py', folder / f'{name}.pth'
    cfg.dump(str(config))
    palette = [[20 * number, 255 - number, 7] for number in range(11)]
    meta = {'config': cfg.pretty_text, 'CLASSES': [f'c{number}' for number in range(11)], 'PALETTE': palette}
    torch.save({'state_dict': model.state_dict(), 'meta': meta}, checkpoint)
    return str(config), str(checkpoint)
