import pytest
import torch

from mmseg.models import build_neck

SAMPLES = {
    'on a vision transformer': {'model': {
        'backbone': {'type': 'VisionTransformer', 'img_size': (64, 96), 'patch_size': 16, 'embed_dims': 16,
                     'num_layers': 2, 'num_heads': 2, 'out_indices': (1,)},
        'neck': {'type': 'ViTPyramid', 'in_channels': 16, 'out_channels': 8, 'scales': (4, 2, 1, 0.5)},
        'decode_head': {'type': 'FPNHead', 'in_channels': [8] * 4, 'in_index': (0, 1, 2, 3),
                        'feature_strides': (4, 8, 16, 32)}}},
}


@pytest.mark.parametrize('in_channels', [16, [16], [16, 16, 16, 16, 16]])
def test_levels(in_channels):
    neck = build_neck(dict(type='ViTPyramid', in_channels=in_channels, out_channels=6, scales=(4, 2, 1, 0.5, 0.25)))
    maps = [torch.randn(2, 16, 8, 12, requires_grad=True) for _ in range(5)]
    levels = neck(maps)
    assert [tuple(level.shape) for level in levels] == [
        (2, 6, 32, 48), (2, 6, 16, 24), (2, 6, 8, 12), (2, 6, 4, 6), (2, 6, 2, 3)]
    sum(level.square().sum() for level in levels).backward()
    used = [map_.grad is not None for map_ in maps]
    assert used == ([True] * 5 if in_channels != 16 and len(in_channels) == 5 else [False] * 4 + [True])


def test_norms():
    neck = build_neck(dict(type='ViTPyramid', in_channels=8, scales=(1,), norm_cfg=dict(type='BN')))
    assert [type(module).__name__ for module in neck.levels[0][0].children()] == ['Conv2d', 'BatchNorm2d']


@pytest.mark.parametrize(('options', 'message'), [
    (dict(in_channels=8, scales=(3,)), 'scales has 3; use 0.25, 0.5, 1, 2, 4'),
    (dict(in_channels=[8, 8], scales=(1,)), 'in_channels has 2 maps for 1 scales'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        build_neck(dict(type='ViTPyramid', **options))
