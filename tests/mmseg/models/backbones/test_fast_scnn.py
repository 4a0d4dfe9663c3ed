"""Fast-SCNN."""
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from mmseg.models import FastSCNN
from mmseg.models.backbones.fast_scnn import GlobalFeatureExtractor
from mmseg.models.exact import plain

TINY = {'type': 'FastSCNN', 'downsample_dw_channels': (4, 6), 'global_in_channels': 8,
        'global_block_channels': (4, 6, 8), 'global_out_channels': 8, 'higher_in_channels': 8, 'lower_in_channels': 8,
        'fusion_out_channels': 8}
SEPARABLE = {'type': 'DepthwiseSeparableFCNHead', 'channels': 8, 'concat_input': False, 'num_convs': 1}
SAMPLES = {
    'usual': {'model': {'backbone': TINY, 'decode_head': {**SEPARABLE, 'in_index': -1},
                        'auxiliary_head': [{'type': 'FCNHead', 'in_index': i, 'num_convs': 1} for i in (0, 1)]},
              'compiles': True},
    'with corners': {'model': {
        'backbone': {**TINY, 'align_corners': True, 'dw_act_cfg': {'type': 'ReLU'}, 'out_indices': (2,)}}},
}


def test_maps():
    model = FastSCNN(global_block_strides=(2, 1, 1), **{key: value for key, value in TINY.items() if key != 'type'})
    shapes = [tuple(x.shape[1:]) for x in model.eval()(torch.zeros(1, 3, 64, 96))]
    assert shapes == [(8, 8, 12), (8, 4, 6), (8, 8, 12)]
    assert (model.out_channels, model.out_strides) == ((8, 8, 8), (8, 16, 8))


def test_the_pyramid_is_not_enlarged():
    extractor, x = GlobalFeatureExtractor().eval(), torch.randn(1, 64, 64, 64)

    def flops():
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            extractor(x)
        return counter.get_total_flops()

    fast = flops()
    with plain(extractor):
        assert fast < 0.95 * flops()


@pytest.mark.parametrize(('options', 'message'), [
    (dict(higher_in_channels=32), 'higher_in_channels is 32 .* must be global_in_channels, 64'),
    (dict(lower_in_channels=32), 'lower_in_channels 32; .* global_out_channels, 128'),
    (dict(global_block_channels=(8, 8)), 'give three of each'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        FastSCNN(**options)
