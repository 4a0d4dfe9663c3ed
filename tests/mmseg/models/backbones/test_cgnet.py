"""CGNet."""
import pytest
import torch

from mmseg.models import CGNet
from mmseg.models.backbones.cgnet import ContextGuidedBlock

TINY = {'type': 'CGNet', 'num_channels': (4, 8, 8), 'num_blocks': (2, 2), 'reductions': (2, 4)}
SAMPLES = {
    'usual': {'model': {'backbone': TINY}, 'compiles': True},
    'relu': {'model': {'backbone': {**TINY, 'dilations': (1, 3), 'act_cfg': {'type': 'ReLU'}}}},
}


def tiny(**options):
    return CGNet(**{**{key: value for key, value in TINY.items() if key != 'type'}, **options})


def test_maps():
    model = tiny(in_channels=2).eval()
    assert [tuple(x.shape[1:]) for x in model(torch.zeros(1, 2, 64, 96))] == [(6, 32, 48), (18, 16, 24), (16, 8, 12)]


def test_configs_stay_as_they_are():
    act_cfg = {'type': 'PReLU'}
    tiny(act_cfg=act_cfg)
    assert act_cfg == {'type': 'PReLU'}


def test_initial_values():
    model = tiny()
    model.init_weights()
    assert not model.level1[0].activate.weight.any()
    assert not model.level1[0].f_glo.fc[0].bias.any()
    assert model.norm_prelu_0[0].weight.all()


def test_norms_in_eval_mode():
    model = tiny(norm_eval=True).train()
    assert not model.level1[0].bn.training
    assert model.level1[0].training


def test_skip():
    x = torch.randn(1, 8, 6, 6)
    block = ContextGuidedBlock(8, 8, reduction=2).eval()
    apart = ContextGuidedBlock(8, 8, reduction=2, skip_connect=False).eval()
    apart.load_state_dict(block.state_dict())
    torch.testing.assert_close(block(x), x + apart(x))


@pytest.mark.parametrize(('options', 'message'), [
    (dict(num_channels=(4, 8)), r'num_channels is \(4, 8\); give one number per stage, and before them that of the'),
    (dict(dilations=(2,)), r'dilations is \(2,\); give one number per stage'),
    (dict(reductions=(16, 2)), 'reduction is 16; use 1 to 8, the channels'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        tiny(**options)
