"""When fast ways stand in for plain ones, and that all of them can be turned off."""

import copy

import torch
from torch import nn

from mmcv.cnn import recompute_norms
from mmseg.models import PSPHead
from mmseg.models.exact import plain, switches


class Base(nn.Module):
    exact_switches = ('doubled',)
    doubled = True

    def forward(self, x):
        return x + x if self.doubled else 2 * x


class Derived(Base):
    exact_switches = ('halved',)

    def __init__(self) -> None:
        super().__init__()
        self.halved = False


def head() -> PSPHead:
    return PSPHead(in_channels=4, channels=4, num_classes=2, norm_cfg={'type': 'BN'})


def test_switches_of_all_bases():
    assert list(switches(Derived())) == ['halved', 'doubled']
    assert list(switches(head())) == ['factored', 'fused']
    assert list(switches(nn.ReLU())) == []


def test_plain_turns_off_for_a_while():
    model = nn.Sequential(Derived(), nn.ModuleList([head()]))
    psp = model[1][0]
    before = [copy.copy(vars(module)) for module in model.modules()]
    with plain(model) as same:
        assert same is model
        states = (model[0].doubled, psp.factored, psp.fused, psp.psp_modules.fused, psp.bottleneck.conv.winograd)
        assert not any(states)
    assert [vars(module) for module in model.modules()] == before
    assert 'doubled' not in vars(model[0])


def test_plain_for_good():
    copied = plain(copy.deepcopy(head())).model
    assert not copied.factored
    assert head().factored


def test_plain_within_plain():
    model = Derived()
    with plain(model):
        with plain(model):
            pass
        assert model.doubled is False
    assert model.doubled is True


def test_plain_keeps_what_was_recomputed():
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.ReLU(inplace=True))
    recompute_norms(model)
    recompute_norms(model[1])
    saving = [module.forward for module in model.modules() if 'forward' in vars(module)]
    assert len(saving) == 3
    with plain(model):
        assert all(module.forward == type(module).forward.__get__(module) for module in model.modules())
        model(torch.randn(1, 3, 2, 2)).sum().backward()
    assert [module.forward for module in model.modules() if 'forward' in vars(module)] == saving
