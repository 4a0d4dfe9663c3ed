"""Blocks of MobileNetV2 and V3."""
import pytest
import torch

from mmseg.models.layers import InvertedResidual, InvertedResidualV3


@pytest.mark.parametrize('options', [
    dict(stride=1, expand_ratio=1), dict(stride=1, expand_ratio=2.4, dilation=2), dict(stride=2, expand_ratio=3)])
@pytest.mark.parametrize('out_channels', [8, 12])
def test_v2(options, out_channels):
    block = InvertedResidual(8, out_channels, **options)
    x = torch.randn(2, 8, 9, 14, requires_grad=True)
    out = block(x)
    stride = options['stride']
    assert out.shape == (2, out_channels, -(-9 // stride), -(-14 // stride))
    assert block.use_res_connect == (stride == 1 and out_channels == 8)
    branch = block.conv(x)
    torch.testing.assert_close(out, x + branch if block.use_res_connect else branch)
    assert len(block.conv) == (2 if options['expand_ratio'] == 1 else 3)
    assert block.conv[-2].groups == block.conv[-2].in_channels == round(8 * options['expand_ratio'])
    assert not block.conv[-1].with_activation
    out.sum().backward()
    assert all(p.grad is not None for p in block.parameters())


@pytest.mark.parametrize('options', [
    dict(mid_channels=16), dict(mid_channels=16, kernel_size=5, stride=2), dict(mid_channels=8, with_expand_conv=False),
    dict(mid_channels=16, se_cfg=dict(channels=16, ratio=4), act_cfg=dict(type='HSwish'))], ids=str)
@pytest.mark.parametrize('out_channels', [8, 12])
@pytest.mark.parametrize('size', [(9, 13), (8, 12)])
def test_v3(options, out_channels, size):
    block = InvertedResidualV3(8, out_channels, **options)
    x = torch.randn(2, 8, *size, requires_grad=True)
    out = block(x)
    stride = options.get('stride', 1)
    assert out.shape == (2, out_channels, *(-(-n // stride) for n in size))
    names = {key.split('.')[0] for key in block.state_dict()}
    assert ('se' in names, 'expand_conv' in names) == ('se_cfg' in options, 'with_expand_conv' not in options)
    assert block.with_res_shortcut == (stride == 1 and out_channels == 8)
    out.sum().backward()
    assert x.grad.isfinite().all()


@pytest.mark.parametrize('make', [
    lambda **options: InvertedResidual(8, 8, 1, 2, norm_cfg=dict(type='GN', num_groups=4), **options),
    lambda **options: InvertedResidualV3(8, 8, 16, norm_cfg=dict(type='GN', num_groups=4), **options)])
def test_recomputing_changes_nothing(make):
    plain, recomputing = make(), make(with_cp=True)
    recomputing.load_state_dict(plain.state_dict())
    x = torch.randn(2, 8, 5, 7, requires_grad=True)
    for block in (plain, recomputing):
        block(x).square().sum().backward()
    torch.testing.assert_close([p.grad for p in plain.parameters()], [p.grad for p in recomputing.parameters()])


def test_arguments():
    for make in (lambda: InvertedResidual(8, 8, 3, 2), lambda: InvertedResidualV3(8, 8, 16, stride=0)):
        with pytest.raises(ValueError, match='use 1 or 2'):
            make()
    with pytest.raises(ValueError, match='mid_channels is 16, in_channels 8'):
        InvertedResidualV3(8, 8, 16, with_expand_conv=False)
    assert InvertedResidual(8, 8, 1, 2, padding_mode='reflect').conv[1].with_explicit_padding
