"""Deformable convolutions."""

import sys
import types

import pytest
import torch
import torch.nn.functional as F
import torchvision
from bilinear import pixel
from torch import nn

from mmcv.checkpoint import load_state_dict
from mmcv.cnn import ConvModule, build_conv_layer
from mmcv.ops import (
    DeformConv2d,
    DeformConv2dPack,
    ModulatedDeformConv2d,
    ModulatedDeformConv2dPack,
    _torchvision,
    deform_conv,
    deform_conv2d,
    modulated_deform_conv2d,
)

PACKS = [('DCN', DeformConv2dPack, 2), ('DCNv2', ModulatedDeformConv2dPack, 3)]


def by_hand(x, offset, mask, weight, stride, padding, dilation, deform_groups):
    """As the papers write it, one tap after the other."""
    out = torch.zeros(len(x), len(weight), *offset.shape[2:], dtype=x.dtype)
    kernel_h, kernel_w = weight.shape[2:]
    offset = offset.unflatten(1, (deform_groups, kernel_h * kernel_w, 2))
    mask = mask.unflatten(1, (deform_groups, kernel_h * kernel_w))
    for n, v, u in ((n, v, u) for n in range(len(x)) for v in range(out.size(2)) for u in range(out.size(3))):
        for c in range(x.size(1)):
            group = c * deform_groups // x.size(1)
            for i, j in ((i, j) for i in range(kernel_h) for j in range(kernel_w)):
                tap = i * kernel_w + j
                dy, dx = offset[n, group, tap, :, v, u].tolist()
                y, x_ = (at * stride - padding + k * dilation for at, k in ((v, i), (u, j)))
                out[n, :, v, u] += weight[:, c, i, j] * mask[n, group, tap, v, u] * pixel(x[n, c], y + dy, x_ + dx)
    return out


def test_each_tap_reads_where_its_offset_points():
    x, weight = torch.randn(1, 4, 5, 6, dtype=torch.float64), torch.randn(3, 4, 3, 2, dtype=torch.float64)
    offset = torch.randn(1, 2 * 6 * 2, 3, 4, dtype=torch.float64)
    mask = torch.rand(1, 2 * 6, 3, 4, dtype=torch.float64)
    where = dict(stride=2, padding=1, dilation=1, deform_groups=2)
    plain = by_hand(x, offset, torch.ones_like(mask), weight, **where)
    torch.testing.assert_close(deform_conv2d(x, offset, weight, **where), plain)
    masked = by_hand(x, offset, mask, weight, **where)
    bias = torch.randn(3, dtype=torch.float64)
    torch.testing.assert_close(modulated_deform_conv2d(x, offset, mask, weight, bias, **where),
                               masked + bias.view(3, 1, 1))


@pytest.mark.parametrize('masked', [False, True])
def test_what_is_exported_needs_no_torchvision(masked):
    class Net(nn.Module):
        def forward(self, x, offset, mask):
            if masked:
                return modulated_deform_conv2d(x, offset, mask, weight, bias, (2, 1), (1, 2), (1, 2), 2, 4)
            return deform_conv2d(x, offset, weight, (2, 1), (1, 2), (1, 2), 2, 4)

    x, weight, bias = torch.randn(2, 8, 9, 7), torch.randn(6, 4, 3, 2), torch.randn(6)
    offset, mask = 3 * torch.randn(2, 4 * 6 * 2, 5, 9), torch.rand(2, 4 * 6, 5, 9)
    program = torch.export.export(Net(), (x, offset, mask))
    assert not any('torchvision' in str(node.target) for node in program.graph.nodes)
    torch.testing.assert_close(program.module()(x, offset, mask), Net()(x, offset, mask), rtol=1e-4, atol=1e-4)


def test_has_the_numbers_of_mmcv():
    layer = DeformConv2dPack(1, 1, 2, im2col_step=2)
    offsets = [[0.1, 0.4, 0.6, 0.1], [0.3, 0.2, 0.1, 0.3], [0.5, 0.5, 0.2, 0.8], [0.8, 0.3, 0.9, 0.1],
               [0.3, 0.1, 0.2, 0.5], [0.3, 0.7, 0.5, 0.3], [0.6, 0.2, 0.5, 0.3], [0.4, 0.1, 0.8, 0.4]]
    layer.load_state_dict({
        'weight': torch.tensor([0.4, 0.2, 0.1, 0.9]).view(1, 1, 2, 2),
        'conv_offset.weight': torch.tensor(offsets).view(8, 1, 2, 2),
        'conv_offset.bias': torch.tensor([0.7, 0.1, 0.8, 0.5, 0.6, 0.5, 0.4, 0.7])})
    x = torch.tensor([[[[1.0, 2, 3], [0, 1, 2], [3, 5, 2]]]], requires_grad=True)
    out = layer(x)
    out.sum().backward()
    torch.testing.assert_close(out, torch.tensor([[[[1.65, 0], [0, 0]]]]))
    torch.testing.assert_close(x.grad, torch.tensor([[[[-0.666, 0.204, 0], [0.03, -0.416, 0.012], [0, 0.252, 0.129]]]]))
    torch.testing.assert_close(layer.weight.grad, torch.tensor([[[[3.62, 0], [0.4, 0.18]]]]))
    bias_grad = torch.tensor([1.44, -0.72, 0, 0, -0.1, -0.08, -0.54, -0.54])
    torch.testing.assert_close(layer.conv_offset.bias.grad, bias_grad)


@pytest.mark.parametrize(('name', 'layer', 'numbers'), PACKS)
def test_a_pack_starts_as_the_convolution(name, layer, numbers):
    x = torch.randn(2, 4, 7, 6)
    conv = build_conv_layer(dict(type=name, deform_groups=2), 4, 6, 3, 2, 2, dilation=2, groups=2, bias=False)
    assert isinstance(conv, layer)
    assert conv.conv_offset.weight.shape == (2 * numbers * 9, 4, 3, 3)
    plain = F.conv2d(x, conv.weight, None, 2, 2, 2, 2)
    torch.testing.assert_close(conv(x), plain if name == 'DCN' else plain / 2)


@pytest.mark.parametrize(('name', 'layer', 'numbers'), PACKS)
def test_packs_work_in_a_conv_module_and_train(name, layer, numbers):
    module = ConvModule(4, 5, 3, padding=1, conv_cfg=dict(type=name), norm_cfg=dict(type='BN'))
    module(torch.randn(2, 4, 6, 6)).square().sum().backward()
    assert module.conv.bias is None
    assert all(p.grad.isfinite().all() for p in module.parameters())
    assert module.conv.conv_offset.weight.grad.any()


@pytest.mark.parametrize(('name', 'layer', 'numbers'), PACKS)
@pytest.mark.parametrize('old', [True, False])
def test_loads_the_keys_of_all_versions(name, layer, numbers, old):
    model, source = nn.ModuleDict({'conv2': layer(4, 5, 3)}), layer(4, 5, 3)
    nn.init.normal_(source.conv_offset.weight)
    separator = '_' if old else '.conv_'
    state = {f'conv2.{key}'.replace('.conv_', separator): value for key, value in source.state_dict().items()}
    assert ('conv2_offset.weight' in state) == old
    load_state_dict(model, state, strict=True)
    torch.testing.assert_close(model.conv2.state_dict(), source.state_dict())


def test_state_dict_keys_are_those_of_mmcv():
    assert list(DeformConv2d(4, 5, 3).state_dict()) == ['weight']
    assert list(ModulatedDeformConv2d(4, 5, 3).state_dict()) == ['weight', 'bias']
    offset = ['conv_offset.weight', 'conv_offset.bias']
    assert list(DeformConv2dPack(4, 5, 3).state_dict()) == ['weight', *offset]
    assert list(ModulatedDeformConv2dPack(4, 5, 3).state_dict()) == ['weight', 'bias', *offset]


def test_runs_under_autocast():
    layer = ModulatedDeformConv2dPack(4, 5, 3, padding=1)
    x = torch.randn(1, 4, 6, 6)
    with torch.autocast('cpu', torch.bfloat16):
        out = layer(x)
    assert out.dtype == torch.bfloat16
    torch.testing.assert_close(out.float(), layer(x), rtol=0.02, atol=0.02)


@pytest.mark.parametrize(('make', 'message'), [
    (lambda: DeformConv2d(4, 5, 3, bias=True), r'^DeformConv2d: bias must be False$'),
    (lambda: DeformConv2dPack(4, 5, 3, groups=2), r'^DeformConv2dPack: in_channels=4 and out_channels=5 .*groups=2'),
    (lambda: DeformConv2d(4, 5, 3)(torch.zeros(1, 3, 5, 5), torch.zeros(1, 18, 3, 3)),
     r'^deform_conv2d: input is \(1, 3, 5, 5\); the weight needs \(N, 4, H, W\)$'),
    (lambda: DeformConv2d(4, 5, 3)(torch.zeros(1, 4, 5, 5), torch.zeros(1, 9, 3, 3)),
     r'^deform_conv2d: offset is \(1, 9, 3, 3\); the weight needs \(N, 18, H, W\)$'),
    (lambda: ModulatedDeformConv2d(4, 5, 3)(*map(torch.zeros, ((1, 4, 5, 5), (1, 18, 3, 3), (1, 18, 3, 3)))),
     r'^modulated_deform_conv2d: mask is \(1, 18, 3, 3\); the weight needs \(N, 9, H, W\)$'),
])
def test_wrong_arguments_are_one_clear_line(make, message):
    with pytest.raises(ValueError, match=message):
        make()


class TestWithoutTorchvision:

    @pytest.fixture(autouse=True)
    def forget(self, monkeypatch):
        for name in [name for name in sys.modules if name.partition('.')[0] == 'torchvision']:
            monkeypatch.delitem(sys.modules, name)
        _torchvision.torchvision_ops.cache_clear()
        yield
        _torchvision.torchvision_ops.cache_clear()

    def test_says_that_it_is_missing(self, monkeypatch):
        monkeypatch.setitem(sys.modules, 'torchvision', None)
        with pytest.raises(ValueError, match=r'^mmcv.ops.DeformConv2d needs .*: install .* with torch 2\.\S+$'):
            DeformConv2d(4, 5, 3)

    def test_says_that_it_is_for_another_torch(self, monkeypatch, tmp_path):
        (tmp_path / 'torchvision').mkdir()
        (tmp_path / 'torchvision' / '__init__.py').write_text(
            "raise RuntimeError('operator torchvision::nms does not exist\\nand more')")
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(ValueError, match=r'does not load \(operator torchvision::nms does not exist\): install'):
            build_conv_layer(dict(type='DCNv2'), 4, 5, 3)

    def test_tries_again_after_a_failure(self, monkeypatch):
        monkeypatch.setitem(sys.modules, 'torchvision', None)
        with pytest.raises(ValueError, match='needs torchvision'):
            DeformConv2d(4, 5, 3)
        found = types.ModuleType('torchvision.ops')
        monkeypatch.setitem(sys.modules, 'torchvision', types.ModuleType('torchvision'))
        monkeypatch.setitem(sys.modules, 'torchvision.ops', found)
        assert _torchvision.torchvision_ops('nms') is found


def slopes_by_hand(x, weight, grad, padding):
    """Of offsets that are all zero, as mmcv's kernels have them: none for a tap at -1, the right one within the map."""
    height, width = x.shape[2:]
    plane = F.pad(x[0, 0], (0, 1, 0, 1))
    slopes = torch.zeros(*weight.shape[2:], 2, *grad.shape[2:], dtype=x.dtype)
    for i, j, v, u in torch.cartesian_prod(*map(torch.arange, (*weight.shape[2:], *grad.shape[2:]))).tolist():
        y, x_ = v - padding + i, u - padding + j
        if 0 <= y < height and 0 <= x_ < width:
            here, factor = plane[y, x_], weight[0, 0, i, j] * grad[0, 0, v, u]
            slopes[i, j, :, v, u] = torch.stack([plane[y + 1, x_] - here, plane[y, x_ + 1] - here]) * factor
    return slopes.view(1, -1, *grad.shape[2:])


@pytest.mark.parametrize('padding', [0, 1, 2])
@pytest.mark.parametrize('masked', [False, True])
def test_an_offset_at_the_border_has_the_slope_of_mmcv(padding, masked):
    x, weight = torch.randn(1, 1, 4, 5, dtype=torch.float64), torch.randn(1, 1, 3, 2, dtype=torch.float64)
    size = (2 + 2 * padding, 4 + 2 * padding)
    offset = torch.zeros(1, 12, *size, dtype=torch.float64, requires_grad=True)
    mask = torch.ones(1, 6, *size, dtype=torch.float64)
    out = (modulated_deform_conv2d(x, offset, mask, weight, padding=padding) if masked
           else deform_conv2d(x, offset, weight, padding=padding))
    torch.testing.assert_close(out, F.conv2d(x, weight, padding=padding))
    grad = torch.randn_like(out)
    expected = slopes_by_hand(x, weight, grad, padding)
    torch.testing.assert_close(torch.autograd.grad(out, offset, grad)[0], expected)
    plain = torchvision.ops.deform_conv2d(x, offset, weight, padding=padding)
    differs = (torch.autograd.grad(plain, offset, grad)[0] - expected).abs() > 1e-9
    assert differs.any() == (padding > 0)  # torchvision's own has a slope from -1 into the map


def test_where_no_tap_is_at_the_border_nothing_is_moved():
    offset = torch.rand(2, 2 * 2 * 6, 5, 4) * 0.8 + 0.1
    assert torch.equal(deform_conv._off_the_border(offset, (3, 2), (2, 1), (1, 1), (1, 2)), offset)


@pytest.mark.parametrize(('name', 'kind', '_'), PACKS)
def test_the_old_name_of_the_groups(name, kind, _):
    with pytest.warns(DeprecationWarning, match='deformable_groups is deprecated, use deform_groups'):
        assert kind(4, 2, 3, deformable_groups=2).deform_groups == 2
    with pytest.warns(DeprecationWarning, match='use deform_groups'):
        layer = build_conv_layer({'type': name, 'deformable_groups': 2}, 4, 2, 3)
    assert layer.deform_groups == 2
