"""What every backbone shares."""

import pytest
import torch
from torch import nn

from mmseg.models import ResNet, UNet
from mmseg.models.backbones.base_backbone import BaseBackbone
from mmseg.models.layers import checkpointed


class Net(BaseBackbone):
    """A stem with a token of its own, and two stages."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.token = nn.Parameter(torch.zeros(1))
        self.stem = nn.Conv2d(3, 4, 1)
        self.stages = nn.ModuleList(nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4)) for _ in range(2))
        self._freeze_stages()

    def stage_parts(self, stage: int) -> list[nn.Module | nn.Parameter]:
        return [self.stages[stage - 1]] if stage else [self.stem, self.token]


@pytest.mark.parametrize(('frozen', 'learning'), [(-1, 11), (0, 8), (1, 4), (2, 0)])
def test_frozen_stages(frozen, learning):
    net = Net(frozen_stages=frozen)
    for _ in range(2):
        assert sum(p.requires_grad for p in net.parameters()) == learning
        assert [stage.training for stage in net.stages] == [frozen < 1, frozen < 2]
        assert net.token.requires_grad == (frozen < 0)
        net.train()


def test_norm_eval_is_for_training_only():
    net = Net(norm_eval=True).train()
    assert net.stages[0].training
    assert not any(stage[1].training for stage in net.stages)
    assert not net.eval().training


def test_initialization():
    assert Net().init_cfg is None
    assert Net(pretrained='x.pth').init_cfg == dict(type='Pretrained', checkpoint='x.pth')
    assert Net(init_cfg=dict(type='Normal')).init_cfg == dict(type='Normal')
    assert ResNet(18).init_cfg == UNet(base_channels=4).init_cfg == ResNet.default_init_cfg
    with pytest.raises(ValueError, match='keep one'):
        Net(pretrained='x.pth', init_cfg=dict(type='Normal'))


@pytest.mark.parametrize('build', [
    lambda: ResNet(18, base_channels=4, stem_channels=4),
    lambda: ResNet(50, base_channels=4, out_indices=(3, 1), strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4)),
    lambda: ResNet(18, base_channels=4, num_stages=2, strides=(2, 2), dilations=(1, 1), out_indices=(1,)),
    lambda: UNet(base_channels=4),
    lambda: UNet(base_channels=4, strides=(2, 1, 2, 1, 1), downsamples=(True, True, False, True)),
])
def test_channels_and_strides_are_those_of_the_maps(build):
    net = build().eval()
    with torch.no_grad():
        maps = net(torch.randn(1, 3, 128, 64))
    assert net.out_channels == tuple(x.shape[1] for x in maps)
    assert net.out_strides == tuple(128 // x.shape[2] for x in maps) == tuple(64 // x.shape[3] for x in maps)


@pytest.mark.parametrize(('with_cp', 'runs'), [(True, 2), (False, 1)])
def test_checkpointed_runs_again_for_gradients_only(with_cp, runs):
    calls = []

    def product(x, y):
        calls.append(torch.rand(()).item())
        return x * y * torch.rand(())

    x, y = torch.randn(3), torch.randn(3)
    checkpointed(product, x, y, with_cp=with_cp)
    assert len(calls) == 1
    y.requires_grad_()
    checkpointed(product, x, y, with_cp=with_cp).sum().backward()
    assert len(calls) == 1 + runs
    assert calls[1] == calls[-1]
    with torch.no_grad():
        assert not checkpointed(product, x, y, with_cp=with_cp).requires_grad
