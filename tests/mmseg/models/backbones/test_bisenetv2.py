"""BiSeNet V2."""
import pytest
import torch

from mmseg.models import BiSeNetV2

TINY = {'type': 'BiSeNetV2', 'detail_channels': (4, 4, 8), 'semantic_channels': (4, 4, 6, 8),
        'semantic_expansion_ratio': 2, 'bga_channels': 8}
SAMPLES = {
    'usual': {'model': {'backbone': TINY, 'decode_head': {'type': 'FCNHead', 'in_index': 0, 'num_convs': 1},
                        'auxiliary_head': [{'type': 'FCNHead', 'in_index': i, 'num_convs': 1} for i in (1, 2, 3, 4)]},
              'compiles': True},
    'with corners': {'model': {'backbone': {**TINY, 'align_corners': True, 'out_indices': (0,)}}},
}


def test_maps():
    model = BiSeNetV2(out_indices=(0, 1, 4), **{key: value for key, value in TINY.items() if key != 'type'}).eval()
    shapes = [tuple(x.shape) for x in model(torch.zeros(1, 3, 64, 96))]
    assert shapes == [(1, 8, 8, 12), (1, 4, 16, 24), (1, 8, 2, 3)]
    assert (model.out_channels, model.out_strides) == ((8, 4, 8), (8, 4, 32))


def test_branches_of_other_channels():
    with pytest.raises(ValueError, match='must end in bga_channels, 64'):
        BiSeNetV2(bga_channels=64)
