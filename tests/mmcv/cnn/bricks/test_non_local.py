"""Non-local blocks."""
import pytest
import torch
from torch import nn

from mmcv.cnn import NonLocal1d, NonLocal2d, NonLocal3d, build_plugin_layer
from mmcv.utils import ConfigError

BLOCKS = {NonLocal1d: (2, 8, 20), NonLocal2d: (2, 8, 5, 7), NonLocal3d: (2, 8, 3, 4, 5)}
MODES = ('gaussian', 'embedded_gaussian', 'dot_product', 'concatenation')


def randomized(block):
    for parameter in block.parameters():
        nn.init.normal_(parameter, std=0.5)
    return block.double()


def by_weights(block, x):
    """The definition: all weights, and their product with the values."""
    tokens = {name: getattr(block, name)(x).flatten(2) for name in ('g', 'theta', 'phi') if hasattr(block, name)}
    theta, phi = tokens.get('theta', x.flatten(2)), tokens.get('phi', x.flatten(2))
    pair = (theta[..., None], phi[:, :, None]) if block.mode == 'concatenation' else (theta.mT, phi)
    y = getattr(block, block.mode)(*pair) @ tokens['g'].mT
    return x + block.conv_out(y.mT.reshape(len(x), -1, *x.shape[2:]))


@pytest.mark.parametrize('mode', MODES)
@pytest.mark.parametrize('kind', BLOCKS)
@pytest.mark.parametrize('options', [{}, dict(sub_sample=True), dict(reduction=1, use_scale=False)], ids=str)
def test_equals_its_definition(kind, mode, options):
    if mode == 'gaussian':
        options = dict(options, reduction=1)
    block = randomized(kind(8, mode=mode, **options))
    x = torch.randn(BLOCKS[kind], dtype=torch.double, requires_grad=True)
    results = block(x), by_weights(block, x)
    torch.testing.assert_close(*results)
    torch.testing.assert_close(*(torch.autograd.grad(y.square().sum(), [x, *block.parameters()]) for y in results))


def test_concatenation_is_a_convolution_over_pairs():
    block = randomized(NonLocal2d(4, mode='concatenation'))
    theta, phi = torch.randn(2, 2, 5, 1, dtype=torch.double), torch.randn(2, 2, 1, 3, dtype=torch.double)
    pairs = torch.cat([theta.expand(-1, -1, -1, 3), phi.expand(-1, -1, 5, -1)], dim=1)
    torch.testing.assert_close(block.concatenation(theta, phi), block.concat_project(pairs)[:, 0] / 3)


@pytest.mark.parametrize('mode', MODES)
def test_overridden_weights_count(mode):
    class Uniform(NonLocal2d):
        pass

    setattr(Uniform, mode, lambda self, theta, phi: torch.full((2, 35, 35), 1 / 35, dtype=torch.double))
    block = randomized(Uniform(8, mode=mode, reduction=1))
    x = torch.randn(2, 8, 5, 7, dtype=torch.double)
    mean = block.g(x).mean(dim=(2, 3), keepdim=True).expand(-1, -1, 5, 7)
    torch.testing.assert_close(block(x), x + block.conv_out(mean))


def test_begins_as_the_identity():
    x = torch.randn(2, 8, 5, 7)
    assert torch.equal(NonLocal2d(8)(x), x)
    assert torch.equal(NonLocal2d(8, norm_cfg=dict(type='BN'))(x), x)
    block = NonLocal2d(64, reduction=1, zeros_init=False, std=0.1)
    for conv in (block.g, block.theta, block.phi, block.conv_out):
        assert conv.conv.weight.std().item() == pytest.approx(0.1, rel=0.1)
    block.init_weights()  # as a parent does; what the constructor was told still counts
    assert block.conv_out.conv.weight.std().item() == pytest.approx(0.1, rel=0.1)
    block.init_weights(zeros_init=True)
    assert not block.conv_out.conv.weight.any()
    normed = NonLocal2d(64, norm_cfg=dict(type='BN'), zeros_init=False, sub_sample=True)
    assert normed.conv_out.bn.weight.std().item() == pytest.approx(0.01, rel=0.5)
    assert normed.g[0].conv.weight.std().item() == pytest.approx(0.01, rel=0.1)


def test_keys():
    assert list(NonLocal2d(4, mode='gaussian').state_dict()) == [
        'g.conv.weight', 'g.conv.bias', 'conv_out.conv.weight', 'conv_out.conv.bias']
    names = {key.rpartition('.')[0] for key in NonLocal2d(4, mode='concatenation', sub_sample=True).state_dict()}
    assert names == {'g.0.conv', 'conv_out.conv', 'theta.conv', 'phi.0.conv', 'concat_project.conv'}


def test_as_plugin():
    name, block = build_plugin_layer(dict(type='NonLocal2d', mode='dot_product'), 1, in_channels=8)
    assert (name, block.inter_channels) == ('nonlocal_block1', 4)
    with pytest.raises(ConfigError, match='NonLocal2d takes no such argument'):
        build_plugin_layer(dict(type='NonLocal2d', modus='gaussian'), in_channels=8)
    with pytest.raises(ValueError, match='use one of gaussian'):
        NonLocal2d(8, mode='laplace')
    assert NonLocal2d(3, reduction=8).inter_channels == 1


@pytest.mark.parametrize('mode', MODES)
def test_other_layouts_and_precisions(mode):
    block = randomized(NonLocal2d(8, mode=mode, reduction=1)).float()
    x = 0.3 * torch.randn(2, 8, 5, 7)
    expected = block(x)
    torch.testing.assert_close(block(x.to(memory_format=torch.channels_last)), expected)
    with torch.autocast('cpu', torch.bfloat16):
        torch.testing.assert_close(block(x).float(), expected, atol=0.2, rtol=0.1)
