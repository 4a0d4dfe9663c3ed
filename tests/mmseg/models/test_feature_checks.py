"""Whether the parts of a segmentor fit together, found out on shapes alone."""

import pytest
import torch
from torch import nn

from mmseg.checks import Facts
from mmseg.models.feature_checks import check_features, check_inputs
from mmseg.models.probe import OtherChannels, probe


class Backbone(nn.Module):

    def __init__(self, in_channels=3):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 4, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.last = nn.Conv2d(4, 6, 3, stride=2, padding=1)

    def forward(self, x):
        x = self.norm(self.conv(x))
        return x, self.last(x)


class Model(nn.Module):

    def __init__(self, **kwargs):
        super().__init__()
        self.backbone = Backbone(**kwargs)


def test_a_probe_tells_shapes_and_leaves_the_module_as_it_is():
    model = Backbone().train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    state = torch.get_rng_state()
    maps = probe(model, torch.empty(1, 3, 32, 48, device='meta'))
    assert [tuple(one.shape) for one in maps] == [(1, 4, 16, 24), (1, 6, 8, 12)]
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert all(part.training for part in model.modules())
    assert torch.equal(state, torch.get_rng_state())
    with pytest.raises(OtherChannels, match='for 3 channels gets a map of 5'):
        probe(model, torch.empty(1, 5, 32, 48, device='meta'))


def test_features():
    assert check_features(Model(), Facts(channels=3)) == ((4, 6), [])
    assert check_features(Model(), Facts()) == (None, [])
    features, (problem,) = check_features(Model(in_channels=5), Facts(channels=3))
    assert features is None
    assert problem.key == 'backbone.in_channels'
    assert problem.message == 'is 5, but the loader delivers images of 3 channels'


@pytest.mark.parametrize(('given', 'index', 'key'), [
    (6, -1, None), (4, 0, None), (4, 1, 'in_channels'), (6, 2, 'in_index'), (6, -3, 'in_index'), ([4, 6], [0, 1], None),
    ([6, 4], [0, 1], 'in_channels'), ([4, 6], [0, 2], 'in_index'),
])
def test_inputs(given, index, key):
    problems = check_inputs(given, index, Facts(features=(4, 6)))
    assert [problem.key for problem in problems] == ([key] if key else [])
    assert check_inputs(given, index, Facts()) == []


def test_a_part_that_is_used_twice_stays_as_it_is():
    conv, norm = nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)
    other = nn.Conv2d(3, 3, 1)
    other.weight = conv.weight
    backbone = nn.Sequential(conv, nn.Sequential(norm, conv), norm, other)
    before = [*backbone.parameters(), *backbone.buffers()]
    assert probe(backbone, torch.empty(1, 3, 4, 4, device='meta')).device.type == 'meta'
    assert all(one is two for one, two in zip(before, [*backbone.parameters(), *backbone.buffers()], strict=True))
    assert other.weight is conv.weight
