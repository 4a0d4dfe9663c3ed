"""ICNet."""
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from mmseg.models import ICNet
from mmseg.models.exact import plain

TINY = {
    'type': 'ICNet', 'layer_channels': (8, 32), 'light_branch_middle_channels': 4, 'psp_out_channels': 8,
    'out_channels': (4, 6, 6),
    'backbone_cfg': {'type': 'ResNetV1c', 'depth': 18, 'base_channels': 4, 'stem_channels': 4,
                     'dilations': (1, 1, 2, 4), 'strides': (1, 2, 1, 1)},
}
ROUNDS_UP = {'feature_maps': 'its pooling rounds up, the half image has a row and a column more'}
NECK = {'type': 'ICNeck', 'in_channels': (4, 6, 6), 'out_channels': 8}
SAMPLES = {
    'with its neck': {'model': {
        'backbone': TINY, 'neck': NECK, 'decode_head': {'type': 'FCNHead', 'in_channels': 8, 'in_index': 2,
                                                        'num_convs': 1, 'concat_input': False},
        'auxiliary_head': [{'type': 'FCNHead', 'in_channels': 8, 'in_index': i, 'num_convs': 1} for i in (0, 1)]},
        'exempt': ROUNDS_UP, 'compiles': True},
    'with corners': {'model': {'backbone': {**TINY, 'align_corners': True, 'pool_scales': (1, 3)}, 'decode_head': {
        'type': 'FCNHead', 'in_index': (0, 1, 2), 'input_transform': 'resize_concat', 'align_corners': True}},
                     'exempt': ROUNDS_UP},
}


def tiny(**options):
    return ICNet(**{**{key: value for key, value in TINY.items() if key != 'type'}, **options})


def test_maps():
    model = tiny().eval()
    assert [tuple(x.shape[1:]) for x in model(torch.zeros(1, 3, 128, 96))] == [(4, 16, 12), (6, 9, 7), (6, 4, 3)]
    assert (model.out_channels, model.out_strides) == ((4, 6, 6), (8, 16, 32))


def test_the_pyramid_is_not_enlarged():
    model = tiny(psp_out_channels=64).eval()

    def flops():
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            model(torch.zeros(1, 3, 512, 512))
        return counter.get_total_flops()

    fast = flops()
    with plain(model):
        assert fast < 0.75 * flops()


@pytest.mark.parametrize(('cfg', 'message'), [
    (None, 'backbone_cfg is None; give the config of a residual network'),
    ({'type': 'ResNet', 'depth': 18}, 'ResNet has no deep stem; use ResNetV1c'),
])
def test_bad_backbones(cfg, message):
    with pytest.raises(ValueError, match=message):
        tiny(backbone_cfg=cfg)
