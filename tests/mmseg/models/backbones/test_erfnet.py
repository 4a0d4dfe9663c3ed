"""ERFNet."""
import pytest
import torch
from torch import nn

from mmseg.models import ERFNet
from mmseg.models.backbones.erfnet import DownsamplerBlock, NonBottleneck1d

TINY = {
    'type': 'ERFNet', 'enc_downsample_channels': (4, 6, 8), 'enc_stage_non_bottlenecks': (1, 2),
    'enc_non_bottleneck_dilations': (2, 4), 'enc_non_bottleneck_channels': (6, 8), 'dec_upsample_channels': (6, 4),
    'dec_stages_non_bottleneck': (1, 1), 'dec_non_bottleneck_channels': (6, 4),
}
SAMPLES = {'usual': {'model': {'backbone': TINY}, 'compiles': True}}


def tiny(**options):
    return ERFNet(**{**{key: value for key, value in TINY.items() if key != 'type'}, **options})


def test_blocks():
    model = tiny(dropout_ratio=0.3, enc_stage_non_bottlenecks=(2, 4))
    dilations = [block.convs_layers[5].dilation for block in model.encoder if isinstance(block, NonBottleneck1d)]
    assert dilations == [(1, 1), (1, 1), (2, 1), (4, 1), (2, 1), (4, 1)]
    assert {m.p for m in model.encoder.modules() if isinstance(m, nn.Dropout)} == {0.3}
    assert {m.p for m in model.decoder.modules() if isinstance(m, nn.Dropout)} == {0}
    assert {m.eps for m in model.modules() if isinstance(m, nn.BatchNorm2d)} == {1e-3}


def test_pooling_of_odd_sizes_is_enlarged():
    assert DownsamplerBlock(3, 8).eval()(torch.randn(1, 3, 7, 10)).shape == (1, 8, 4, 5)


@pytest.mark.parametrize(('options', 'message'), [
    (dict(dec_upsample_channels=(6,)), r'dec_upsample_channels is \(6,\); give 2 numbers, one less than'),
    (dict(enc_stage_non_bottlenecks=(1, 3)), 'ends in 3; it must be a multiple of 2'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        tiny(**options)
