"""The factored convolution equals the plain one: resize, concatenate, convolve."""
import pytest
import torch
import torch.nn.functional as F

from mmcv.cnn import ConvModule
from mmcv.ops import has_kernel
from mmseg.models.layers import can_factor, conv_module_over_resized, conv_over_resized, resize
from mmseg.models.layers.resized_conv import cached_tap_matrix


def plain(x, coarse, weight, bias, stride, padding, dilation, align_corners):
    up = [F.interpolate(p, x.shape[2:], mode='bilinear', align_corners=align_corners) for p in coarse]
    return F.conv2d(torch.cat([x, *up], dim=1), weight, bias, stride, padding, dilation)


def inputs(size=(9, 13), cells=(1, 2, 3, 6), kernel=(3, 3), bias=True, dtype=torch.float64):
    x = torch.randn(2, 4, *size, dtype=dtype)
    coarse = [torch.randn(2, 3, s, s, dtype=dtype) for s in cells]
    weight = torch.randn(5, 4 + 3 * len(cells), *kernel, dtype=dtype)
    tensors = [x, *coarse, weight] + ([torch.randn(5, dtype=dtype)] if bias else [])
    return [t.requires_grad_() for t in tensors]


def run(function, tensors, cells, bias=True, **options):
    """Output and gradients."""
    x, *rest = tensors
    coarse, weight = rest[: len(cells)], rest[len(cells)]
    defaults = {'stride': (1, 1), 'padding': (1, 1), 'dilation': (1, 1), 'align_corners': False}
    out = function(x, coarse, weight, rest[-1] if bias else None, **{**defaults, **options})
    torch.manual_seed(1)
    return out, torch.autograd.grad((out * torch.randn_like(out)).sum(), tensors)


def assert_equal(actual, expected, tolerance=1e-12):
    for ours, theirs in zip((actual[0], *actual[1]), (expected[0], *expected[1])):
        assert ours.shape == theirs.shape
        assert (ours - theirs).abs().max() <= tolerance * theirs.abs().max()


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('channels_last', [False, True])
@pytest.mark.parametrize(
    ('size', 'cells', 'options'),
    [
        ((9, 13), (1, 2, 3, 6), {}),
        ((64, 40), (1, 2, 3, 6), {}),
        ((4, 5), (1, 7, 9), {}),  # grids finer than the map
        ((1, 1), (1, 2), {}),
        ((9, 13), (3,), {'padding': (0, 0)}),
        ((9, 13), (3, 5), {'padding': (2, 2), 'dilation': (2, 2)}),
        ((9, 13), (1, 4), {'padding': (2, 0), 'stride': (2, 1)}),
        ((9, 13), (2, 3), {'padding': (0, 0), 'kernel': (1, 1)}),
        ((9, 13), (2, 3), {'padding': (2, 1), 'kernel': (5, 3), 'bias': False}),
        ((9, 13), (), {}),
    ],
)
def test_equals_the_plain_way(size, cells, options, align_corners, channels_last):
    options = dict(options, align_corners=align_corners)
    tensors = inputs(size, cells, options.pop('kernel', (3, 3)), options.get('bias', True))
    if channels_last:
        tensors = [t.contiguous(memory_format=torch.channels_last) if t.dim() == 4 else t for t in tensors]
    actual = run(conv_over_resized, tensors, cells, **options)
    assert_equal(actual, run(plain, tensors, cells, **options))
    if channels_last and min(size) > 1:
        assert actual[0].is_contiguous(memory_format=torch.channels_last)


def test_levels_need_not_be_square():
    x, weight = torch.randn(1, 2, 8, 10, dtype=torch.float64), torch.randn(3, 4, 3, 3, dtype=torch.float64)
    pooled = [torch.randn(1, 2, 1, 5, dtype=torch.float64)]
    geometry = ((1, 1), (1, 1), (1, 1), False)
    expected = plain(x, pooled, weight, None, *geometry)
    torch.testing.assert_close(conv_over_resized(x, pooled, weight, None, *geometry), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.slow
def test_second_gradients():
    tensors = inputs((4, 5), (2,))
    assert torch.autograd.gradgradcheck(
        lambda x, p, w, b: conv_over_resized(x, [p], w, b, padding=(1, 1)), tensors, atol=1e-6
    )


def test_matrices_are_built_once_a_size():
    cached_tap_matrix.cache_clear()
    tensors = inputs((10, 10), (3, 3))
    for _ in range(3):
        run(conv_over_resized, tensors, (3, 3))
    assert cached_tap_matrix.cache_info().misses == 1  # rows and columns of both levels are alike


def test_matrices_of_inference_mode_serve_training():
    cached_tap_matrix.cache_clear()
    tensors = inputs((7, 8))
    with torch.inference_mode():
        conv_over_resized(tensors[0], tensors[1:5], tensors[5], padding=(1, 1))
    run(conv_over_resized, tensors, (1, 2, 3, 6))


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_autocast_is_as_near_to_float64_as_the_plain_way(dtype):
    cells = (1, 2, 3, 6)
    exact = inputs((17, 19), cells)
    single = [t.detach().float().requires_grad_() for t in exact]
    expected = run(plain, exact, cells)
    with torch.autocast('cpu', dtype=dtype):
        ours, theirs = (run(function, single, cells) for function in (conv_over_resized, plain))
    assert ours[0].dtype == dtype
    for mine, other, truth in zip((ours[0], *ours[1]), (theirs[0], *theirs[1]), (expected[0], *expected[1])):
        assert (mine - truth).norm() <= 1.5 * (other - truth).norm()


def test_vmap():
    module, x = Factored(), torch.randn(3, 2, 4, 6, 5)
    torch.testing.assert_close(torch.vmap(module)(x), torch.stack([module(one) for one in x]))


def test_transforms_of_torch_func_leave_no_matrix_behind():
    cached_tap_matrix.cache_clear()
    module, x = Factored(), torch.randn(2, 4, 6, 5)
    inner = torch.func.grad(lambda x: module(x).sin().sum())
    for _ in range(2):
        outer = torch.func.grad(lambda x: inner(x).square().sum())(x)
    source = x.clone().requires_grad_()
    first, = torch.autograd.grad(module(source).sin().sum(), source, create_graph=True)
    expected, = torch.autograd.grad(first.square().sum(), source)
    torch.testing.assert_close(outer, expected, rtol=1e-4, atol=1e-4)


def test_compiles_without_a_graph_break():
    tensors = inputs((9, 11), dtype=torch.float32)
    compiled = torch.compile(conv_over_resized, backend='aot_eager', fullgraph=True)
    cells = (1, 2, 3, 6)
    assert_equal(run(compiled, tensors, cells), run(plain, tensors, cells), 1e-5)


@pytest.mark.parametrize(
    'options',
    [
        {'act_cfg': None},
        {'norm_cfg': None},
        {'order': ('conv', 'act', 'norm')},
        {'dilation': 2, 'padding': 2},
        {'act_cfg': {'type': 'Tanh'}, 'norm_cfg': None, 'stride': 2},
    ],
)
def test_module_keeps_its_order(options):
    module = ConvModule(7, 5, 3, **{'padding': 1, 'norm_cfg': {'type': 'BN'}, **options}).double()
    assert can_factor(module)
    x, coarse, *_ = inputs((9, 8), (3,))
    coarse = torch.randn(2, 3, 3, 3, dtype=torch.float64)
    expected = module(torch.cat([x, resize(coarse, x.shape[2:], mode='bilinear')], dim=1))
    torch.testing.assert_close(conv_module_over_resized(module, x, [coarse]), expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(
    'options',
    [
        {'order': ('act', 'conv', 'norm')},
        {'padding_mode': 'reflect'},
        {'conv_cfg': {'type': 'Conv2d', 'padding_mode': 'circular'}},
        {'with_spectral_norm': True},
        {'groups': 2},
    ],
)
def test_other_convolutions_are_left_alone(options):
    assert not can_factor(ConvModule(8, 6, 3, padding=1, **options))
    assert not can_factor(torch.nn.Conv2d(8, 6, 3))


@pytest.mark.parametrize('part', ['module', 'conv'])
@pytest.mark.parametrize('kind', ['forward_hook', 'forward_pre_hook', 'full_backward_hook'])
def test_hooks_get_the_call_that_they_wait_for(part, kind):
    module = ConvModule(8, 6, 3, padding=1)
    target = module if part == 'module' else module.conv
    handle = getattr(target, f'register_{kind}')(lambda *args: None)
    assert not can_factor(module)
    handle.remove()
    assert can_factor(module)


def test_wide_kernels_go_winograds_way_unless_told_otherwise():
    module = ConvModule(256 + 4, 256, 3, padding=1)
    x, coarse = torch.randn(1, 256, 32, 32), [torch.randn(1, 4, 2, 2)]
    results = []
    for module.conv.winograd in (True, False):
        with torch.profiler.profile() as profile:
            results.append(conv_module_over_resized(module, x, coarse))
        ran = any(event.key == 'mmcv::winograd_conv' for event in profile.key_averages())
        assert ran == (module.conv.winograd and has_kernel('winograd_conv', x))
    torch.testing.assert_close(*results, rtol=1e-4, atol=1e-4)


class Factored(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(5, 10, 3, 3))

    def forward(self, x):
        coarse = [F.adaptive_avg_pool2d(x[:, :3], size) for size in (1, 2)]
        return conv_over_resized(x, coarse, self.weight, padding=(1, 1))


@pytest.mark.parametrize('strict', [
    True,
    pytest.param(False, marks=pytest.mark.xfail(
        torch.__version__ < (2, 11), reason='torch 2.10 cannot prove that a width W is min(W, 3 W)')),
])
def test_exports_with_sizes_that_stay_open(strict):
    module, sizes = Factored(), {axis: torch.export.Dim(f'd{axis}', min=2, max=64) for axis in (0, 2, 3)}
    exported = torch.export.export(module, (torch.randn(2, 4, 13, 17),), dynamic_shapes=[sizes], strict=strict)
    x = torch.randn(3, 4, 21, 10)
    torch.testing.assert_close(exported.module()(x), module(x), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('memory_format', [torch.contiguous_format, torch.channels_last])
def test_without_gradients_channels_come_in_groups_that_give_the_same(memory_format):
    """130 of them are a group and two."""
    x, coarse = torch.randn(2, 4, 12, 10), [torch.randn(2, 3, 6, 5), torch.randn(2, 5, 2, 2)]
    weight, bias = torch.randn(130, 12, 3, 3), torch.randn(130)
    x = x.contiguous(memory_format=memory_format)
    expected = conv_over_resized(x, coarse, weight, bias, padding=(1, 1))
    with torch.no_grad():
        found = conv_over_resized(x, coarse, weight, bias, padding=(1, 1))
    assert found.stride() == expected.stride()
    torch.testing.assert_close(found, expected)
    wanted = plain(x, coarse, weight, bias, 1, 1, 1, align_corners=False)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)
