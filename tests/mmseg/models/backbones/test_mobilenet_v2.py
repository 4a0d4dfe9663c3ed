"""MobileNetV2."""
import pytest
import torch

from mmseg.models import MobileNetV2

TINY = {'type': 'MobileNetV2', 'widen_factor': 0.1}
SAMPLES = {
    'usual': {'model': {'backbone': TINY}, 'compiles': True},
    'dilated': {'model': {'backbone': {
        **TINY, 'strides': (1, 2, 2, 1, 1, 1, 1), 'dilations': (1, 1, 1, 2, 2, 4, 4), 'out_indices': (1, 6)}}},
}


def test_maps():
    model = MobileNetV2(0.5, out_indices=(0, 3, 6)).eval()
    shapes = [tuple(x.shape[1:]) for x in model(torch.zeros(1, 3, 64, 96))]
    assert shapes == [(8, 32, 48), (32, 4, 6), (160, 2, 3)]
    assert (model.out_channels, model.out_strides) == ((8, 32, 160), (2, 16, 32))


def test_one_map_is_a_sequence_too():
    assert len(MobileNetV2(0.1, out_indices=(6,)).eval()(torch.zeros(2, 3, 32, 32))) == 1


def test_frozen_stages():
    model = MobileNetV2(0.1, frozen_stages=2).train()
    frozen = {name.partition('.')[0] for name, p in model.named_parameters() if not p.requires_grad}
    assert frozen == {'conv1', 'layer1', 'layer2'}
    assert not model.layer2.training
    assert model.layer3.training


@pytest.mark.parametrize(('options', 'message'), [
    (dict(strides=(1, 2)), 'give 7 of each'),
    (dict(out_indices=(7,)), r'out_indices is \(7,\); use 0 to 6'),
    (dict(frozen_stages=7), 'frozen_stages is 7; use -1 to 6'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        MobileNetV2(**options)
