"""Deformable convolution without weights of its own."""

import sys

import pytest
import torch
import torch.nn.functional as F
from bilinear import check_halves, pixel, with_grad

from mmcv.ops import DCNv3, DCNv3Function, dcnv3, dcnv3_core_pytorch


def arguments(samples=2, size=(4, 5), kernel=(3, 3), stride=(1, 1), padding=(1, 1), dilation=(1, 1), group=2,
              channels=3, scale=1.0, remove_center=False, dtype=torch.float32):
    """Offsets well off the pixels' centres, where the derivatives jump, some of them beyond the border."""
    out = [(i + 2 * p - d * (k - 1) - 1) // s + 1 for i, k, s, p, d in zip(size, kernel, stride, padding, dilation)]
    taps = group * (kernel[0] * kernel[1] - remove_center)
    offset = torch.randint(-2, 3, (samples, *out, 2 * taps)) + torch.rand(samples, *out, 2 * taps) * 0.8 + 0.1
    return (torch.randn(samples, *size, group * channels, dtype=dtype), offset.to(dtype) / scale,
            torch.randn(samples, *out, taps, dtype=dtype), list(kernel), list(stride), list(padding), list(dilation),
            group, scale, remove_center)


SHAPES = [dict(kernel=(2, 3), padding=(0, 1), size=(3, 6)), dict(stride=(2, 1), dilation=(1, 2), padding=(0, 2)),
          dict(remove_center=True, scale=2.0), dict(kernel=(5, 5), padding=(2, 2), remove_center=True, group=1),
          dict(kernel=(1, 1), padding=(0, 0)), dict(scale=0.7, dilation=(2, 2), padding=(2, 2))]


def samples():
    yield arguments()
    yield arguments(1, (2, 3), (2, 2), padding=(0, 0), channels=1, dtype=torch.float64)
    for shape in SHAPES:
        yield arguments(**shape)
    yield arguments(1, (1, 2), (1, 3), padding=(0, 1), scale=2.0, channels=2)
    yield arguments(0)
    for channels in (8, 16, 40):
        yield arguments(1, channels=channels)
    yield arguments(2, (20, 30), channels=16, dtype=torch.float64)  # enough for several threads
    input, offset, mask, *others = arguments()
    yield input, torch.zeros_like(offset), mask, *others  # as at first, everything on the pixels' centres
    yield input.mT.contiguous().mT, offset.flip(0).permute(0, 2, 1, 3).contiguous().permute(0, 2, 1, 3), mask, *others


def backward_samples():
    for input, offset, *others in samples():
        yield torch.randn(*offset.shape[:3], input.size(3), dtype=input.dtype), input, offset, *others


def invalid():
    input, offset, mask, *others = arguments()
    yield input[0], offset, mask, *others
    yield input[:1], offset, mask, *others
    yield input[:, :, :0], offset, mask, *others
    yield input[..., 1:], offset, mask, *others
    yield input, offset[:, 1:], mask, *others
    yield input, offset[..., 1:], mask, *others
    yield input, offset, mask[:, :, 1:], *others
    yield input, offset.double(), mask, *others
    yield input, offset, mask.half(), *others
    yield input.long(), offset, mask, *others
    for i, wrong in ((0, [3]), (0, [0, 3]), (0, [9, 3]), (0, [2**40, 3]), (1, [1, 0]), (1, [2, 1]), (1, [2**40, 1]),
                     (2, [1, -1]), (2, [2, 1]), (3, [0, 1]), (3, [2**62, 1]), (4, 0), (4, 4), (4, -2), (6, True)):
        yield input, offset, mask, *others[:i], wrong, *others[i + 1:]
    input, offset, mask, *others = arguments(kernel=(2, 2))
    yield input, offset, mask, *others[:-1], True


def invalid_backward():
    input, offset, mask, *others = arguments()
    grad = torch.zeros_like(input)
    for args in invalid():
        yield grad, *args
    yield grad[:, 1:], input, offset, mask, *others
    yield grad[..., 1:], input, offset, mask, *others
    yield grad.double(), input, offset, mask, *others


SAMPLES = {'dcnv3': samples, 'dcnv3_backward': backward_samples}
INVALID = {'dcnv3': invalid, 'dcnv3_backward': invalid_backward}
NOT_DIFFERENTIABLE = {'dcnv3_backward': 'the gradient itself'}


def old_arguments(input, offset, mask, kernel, stride, padding, dilation, group, scale, remove_center):
    """As InternImage gives them."""
    return (input, offset, mask, *kernel, *stride, *padding, *dilation, group, input.size(3) // group, scale)


def by_hand(input, offset, mask, kernel, stride, padding, dilation, group, scale, remove_center):
    """One tap after the other, as the paper writes it, column by column."""
    taps = [(i, j) for j in range(kernel[1]) for i in range(kernel[0])]
    if remove_center:
        taps.remove((kernel[0] // 2, kernel[1] // 2))
    offset, mask = offset.unflatten(3, (group, len(taps), 2)), mask.unflatten(3, (group, len(taps)))
    out = torch.zeros(*mask.shape[:4], input.size(3) // group, dtype=input.dtype)
    middle = [d * (k - 1) // 2 for k, d in zip(kernel, dilation)]
    for n, v, u, g in torch.cartesian_prod(*map(torch.arange, out.shape[:4])).tolist():
        plane = input[n].unflatten(2, (group, -1))[:, :, g]
        for p, (i, j) in enumerate(taps):
            dx, dy = offset[n, v, u, g, p].tolist()
            y = v * stride[0] - padding[0] + middle[0] + (i * dilation[0] - middle[0] + dy) * scale
            x = u * stride[1] - padding[1] + middle[1] + (j * dilation[1] - middle[1] + dx) * scale
            out[n, v, u, g] += mask[n, v, u, g, p] * pixel(plane, y, x)
    return out.flatten(3)


@pytest.mark.parametrize('shape', [{}, *SHAPES])
def test_each_tap_reads_where_its_offset_points(shape):
    args = arguments(**shape, dtype=torch.float64)
    expected = by_hand(*args)
    torch.testing.assert_close(dcnv3(*args), expected)
    old = old_arguments(*args)
    torch.testing.assert_close(DCNv3Function.apply(*old, 256, args[-1]), expected)
    torch.testing.assert_close(dcnv3_core_pytorch(*old, args[-1]), expected)


@pytest.mark.parametrize('shape', [{}, *SHAPES])
def test_has_the_gradients_of_grid_sample(shape):
    args, leaves = with_grad(arguments(**shape, dtype=torch.float64))
    out, expected = dcnv3(*args), dcnv3_core_pytorch(*old_arguments(*args), args[-1])
    grad = torch.randn_like(out)
    torch.testing.assert_close(torch.autograd.grad(out, leaves, grad), torch.autograd.grad(expected, leaves, grad))


def test_where_the_order_of_sums_matters_plain_pytorch_differentiates(monkeypatch):
    args, leaves = with_grad(arguments(dtype=torch.float64))
    expected = torch.autograd.grad(dcnv3(*args).square().sum(), leaves)
    module = sys.modules[dcnv3.__module__]
    monkeypatch.setattr(module, 'must_be_deterministic', lambda like: True)
    monkeypatch.setattr(module, '_dcnv3_backward', None)
    torch.testing.assert_close(torch.autograd.grad(dcnv3(*args).square().sum(), leaves), expected)


def test_without_offsets_it_is_a_convolution_whose_border_has_no_slope():
    """A tap at -1 is outside for InternImage's kernels, as for mmcv's: there is no derivative towards the map."""
    input, offset, _, *others = arguments(1, channels=1, group=1, dtype=torch.float64)
    offset = torch.zeros_like(offset, requires_grad=True)
    weight = torch.randn(3, 3, dtype=torch.float64)
    out = dcnv3(input, offset, weight.T.flatten().expand(*offset.shape[:3], 9), *others)
    expected = F.conv2d(input.permute(0, 3, 1, 2), weight[None, None], padding=1)
    torch.testing.assert_close(out.permute(0, 3, 1, 2), expected)
    slope, = torch.autograd.grad(out.sum(), offset)
    slope = slope.unflatten(3, (3, 3, 2))  # columns, rows, (x, y)
    assert not slope[:, 0, :, :, 0].any()
    assert not slope[:, :, 0, 0].any()
    assert slope[:, 1:, 1:].all(-1).any()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('device', ['cpu', pytest.param('cuda', marks=pytest.mark.gpu)])
def test_halves_are_added_up_as_floats(dtype, device):
    input, offset, mask, *others = arguments(2, (9, 8), channels=16)
    check_halves(dcnv3, [input.to(device, dtype), offset.to(device), mask.to(device), *others], atol=1e-4)


@pytest.mark.parametrize(('change', 'message'), [
    (dict(stride=0), r'kernel_size is \[3, 3\], stride \[0, 0\], padding \[1, 1\], .*; padding must be 0 or more'),
    (dict(kernel_size=(3, 1), remove_center=True), r'kernel_size is \[3, 1\]; remove_center needs a square kernel'),
    (dict(group=4), r'input is torch.float32 \(2, 4, 5, 6\); .* C a multiple of group=4$'),
    (dict(kernel_size=7), r'kernel_size is \[7, 7\] with dilation \[1, 1\]; it does not fit into input \(2, 4, 5, 6\)'),
    (dict(padding=2), r'offset is torch.float32 \(2, 4, 5, 36\); for input .* floating-point \(2, 6, 7, 36\)$'),
    (dict(mask=torch.zeros(2, 4, 5, 9)), r'mask is torch.float32 \(2, 4, 5, 9\); .* \(2, 4, 5, 18\)$'),
])
def test_wrong_arguments_are_one_clear_line(change, message):
    names = ('input', 'offset', 'mask', 'kernel_size', 'stride', 'padding', 'dilation', 'group', 'offset_scale')
    with pytest.raises(ValueError, match=f'^dcnv3: {message}'):
        dcnv3(**{**dict(zip(names, arguments())), **change})


KEYS = ['dw_conv.0.weight', 'dw_conv.0.bias', 'dw_conv.1.{}.weight', 'dw_conv.1.{}.bias', 'offset.weight',
        'offset.bias', 'mask.weight', 'mask.bias', 'input_proj.weight', 'input_proj.bias', 'output_proj.weight',
        'output_proj.bias']


@pytest.mark.parametrize(('norm', 'place'), [('LN', 1), ('BN', 0)])
def test_module_has_the_keys_of_internimage(norm, place):
    keys = [key for key, _ in DCNv3(8, group=2, norm_layer=norm).named_parameters()]
    assert keys == [key.format(place) for key in KEYS]
    scaled = DCNv3(8, group=2, norm_layer=norm, center_feature_scale=True)
    assert scaled.center_feature_scale_proj_weight.shape == (2, 8)
    assert scaled.center_feature_scale_proj_bias.shape == (2,)


def test_module_is_at_first_a_mean_of_the_taps():
    layer, x = DCNv3(8, group=2).double(), torch.randn(2, 5, 6, 8, dtype=torch.float64)
    mean = F.avg_pool2d(layer.input_proj(x).permute(0, 3, 1, 2), 3, 1, 1).permute(0, 2, 3, 1)
    torch.testing.assert_close(layer(x), layer.output_proj(mean))


@pytest.mark.parametrize('options', [
    {}, dict(center_feature_scale=True), dict(remove_center=True, offset_scale=2.0), dict(kernel_size=5, pad=2),
    dict(dw_kernel_size=5, act_layer='SiLU', norm_layer='BN'), dict(act_layer='ReLU', dilation=2, pad=2)])
def test_module_trains(options):
    layer, x = DCNv3(8, group=2, **options), torch.randn(2, 5, 6, 8)
    out = layer(x)
    assert out.shape == x.shape
    out.square().sum().backward()
    assert all(parameter.grad is not None for parameter in layer.parameters())
    assert layer.offset.weight.grad.any()
    with torch.autocast('cpu', torch.bfloat16):
        assert layer(x).dtype == torch.bfloat16


@pytest.mark.filterwarnings('ignore::torch.jit.TracerWarning')
def test_module_is_exported_in_operators_of_torch():
    layer, x = DCNv3(4, group=2, offset_scale=2.0).eval(), torch.randn(1, 5, 4, 4)
    torch.nn.init.normal_(layer.offset.bias)
    with torch.no_grad():
        expected = layer(x)
        program = torch.export.export(layer, (x,))
        traced = torch.jit.trace(layer, x, check_trace=False)
    torch.testing.assert_close([program.module()(x), traced(x)], [expected] * 2)
    assert not any('mmcv' in str(node.target) for node in program.graph.nodes)
    assert 'mmcv::' not in str(traced.inlined_graph)


def test_module_mixes_in_the_centre():
    layer, x = DCNv3(8, group=2, center_feature_scale=True), torch.randn(1, 4, 4, 8)
    torch.nn.init.constant_(layer.center_feature_scale_proj_bias, 100)
    torch.testing.assert_close(layer(x), layer.output_proj(layer.input_proj(x)))


@pytest.mark.parametrize(('options', 'message'), [
    (dict(channels=6), 'channels=6 must be a multiple of group=4$'),
    (dict(norm_layer='GN'), "norm_layer is 'GN'; use 'BN' or 'LN'$"),
    (dict(act_layer='Tanh'), "act_layer is 'Tanh'; use 'ReLU', 'SiLU' or 'GELU'$"),
    (dict(kernel_size=4, remove_center=True), 'kernel_size is 4; remove_center needs an odd one$'),
])
def test_module_refuses(options, message):
    with pytest.raises(ValueError, match=f'^DCNv3: {message}'):
        DCNv3(**options)
