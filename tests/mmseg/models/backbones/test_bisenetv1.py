"""BiSeNet."""
import pytest
import torch

from mmseg.models import BiSeNetV1
from mmseg.models.backbones.bisenetv1 import FeatureFusionModule

INNER = {'type': 'ResNet', 'depth': 18, 'base_channels': 4, 'stem_channels': 4}
TINY = {'type': 'BiSeNetV1', 'backbone_cfg': INNER, 'spatial_channels': (4, 4, 4, 8), 'context_channels': (8, 16, 32),
        'out_channels': 12}
SAMPLES = {
    'usual': {'model': {'backbone': TINY, 'decode_head': {'type': 'FCNHead', 'in_index': 0, 'num_convs': 1},
                        'auxiliary_head': [{'type': 'FCNHead', 'in_index': i, 'num_convs': 1} for i in (1, 2)]},
              'compiles': True},
    'the joined map': {'model': {'backbone': {**TINY, 'out_indices': (0,)}}},
}


def tiny(**options):
    return BiSeNetV1(**{**{key: value for key, value in TINY.items() if key != 'type'}, **options})


def test_maps():
    model = tiny(out_indices=(2, 0)).eval()
    assert [tuple(x.shape) for x in model(torch.zeros(1, 3, 64, 96))] == [(1, 8, 4, 6), (1, 12, 8, 12)]
    assert (model.out_channels, model.out_strides) == ((8, 12), (16, 8))


def test_attention_adds_to_the_map():
    module = FeatureFusionModule(6, 4).eval()
    details, context = torch.randn(2, 1, 3, 5, 6).unbind(0)
    x = module.conv1(torch.cat([details, context], dim=1))
    torch.testing.assert_close(module(details, context), x + x * module.conv_atten(x.mean((2, 3), keepdim=True)))


@pytest.mark.parametrize(('options', 'message'), [
    (dict(spatial_channels=(4, 4, 8)), r'spatial_channels is \(4, 4, 8\); give 4 numbers'),
    (dict(context_channels=(8, 16)), r'context_channels is \(8, 16\); give 3 numbers'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        tiny(**options)
