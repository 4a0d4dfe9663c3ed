"""Mixed precision under its old names."""
import pytest
import torch
from torch import nn

from mmcv.amp import (
    StaticGradScaler,
    auto_fp16,
    build_grad_scaler,
    cast_tensor_type,
    force_fp32,
    native_half,
    wrap_fp16_model,
)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fp16_enabled = False
        self.layer = nn.Linear(3, 3)

    @auto_fp16(apply_to=('x',))
    def forward(self, x, y=None):
        return x, y, self.layer(x)

    @auto_fp16(out_fp32=True)
    def whole(self, *maps):
        return [self.layer(m) for m in maps]

    @force_fp32(apply_to=('x',))
    def loss(self, x, y):
        return x, y, self.layer(x)

    @force_fp32(out_fp16=True)
    def back(self, x):
        return {'x': x}


def dtypes(*tensors):
    return [t.dtype for t in tensors]


def test_off_by_default():
    net, x = Net(), torch.ones(2, 3)
    assert dtypes(*net(x, x)) == [torch.float32] * 3
    half = x.half()
    assert net.back(half)['x'] is half


@pytest.mark.parametrize('half', [torch.float16, torch.bfloat16])
def test_on(half):
    net, x = Net(), torch.ones(2, 3)
    wrap_fp16_model(net, half)
    assert dtypes(*net(x, y=x)) == [half, torch.float32, half]
    assert dtypes(*net(x=x, y=x)) == [half, torch.float32, half]
    assert dtypes(*net.whole(x, x)) == [torch.float32] * 2
    with torch.autocast('cpu', dtype=half):
        assert dtypes(*net.loss(x.to(half), x.to(half))) == [torch.float32, half, torch.float32]
    assert net.back(x)['x'].dtype == half
    assert net.layer.weight.dtype == torch.float32


def test_float32_is_forced_under_plain_autocast_too():
    net, x = Net(), torch.ones(2, 3)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        half = net.layer(x)
        assert dtypes(half, *net.loss(half, half)) == [torch.bfloat16, torch.float32, torch.bfloat16, torch.float32]


def test_default_is_float16():
    net = Net()
    wrap_fp16_model(net)
    assert net(torch.ones(2, 3))[2].dtype == torch.float16


def test_only_methods_of_modules():
    class Other:
        @auto_fp16()
        def forward(self, x):
            return x

    with pytest.raises(TypeError, match='not of Other'):
        Other().forward(1)


def test_cast_reaches_into_nests():
    nest = {'a': [torch.ones(1), torch.ones(1, dtype=torch.long)], 'b': ('text', torch.ones(1, dtype=torch.float64))}
    cast = cast_tensor_type(nest, torch.float32, torch.float16)
    assert dtypes(*cast['a'], cast['b'][1]) == [torch.float16, torch.long, torch.float64]
    assert cast['b'][0] == 'text'


def test_grad_scalers():
    assert type(build_grad_scaler('dynamic', 'cpu')) is torch.amp.GradScaler
    assert build_grad_scaler({'init_scale': 8.0, 'growth_interval': 5}, 'cpu').get_growth_interval() == 5


@pytest.mark.parametrize('scale', [None, 'no', 0, -1, float('nan'), True, {'scale': 8.0}, {'growth_factor': 0.5}])
def test_loss_scales_that_scale_nothing_are_refused(scale):
    with pytest.raises(ValueError, match='loss_scale is '):
        build_grad_scaler(scale, 'cpu')


def test_static_scale_stays_and_steps_with_infinite_gradients_are_left_out():
    scaler = build_grad_scaler(512.0, 'cpu')
    assert isinstance(scaler, StaticGradScaler)
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=1.0)
    for factor, expected in ((0.25, 0.75), (torch.inf, 0.75), (0.5, 0.25)):
        optimizer.zero_grad()
        scaler.scale((weight * factor).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        assert weight.item() == expected
        assert scaler.get_scale() == 512


@pytest.mark.parametrize(('name', 'amx', 'avx512', 'half'), [
    ('AMD EPYC 9R14', False, True, 'bfloat16'),
    ('Intel(R) Xeon(R) Processor', True, True, 'bfloat16'),
    ('Intel(R) Xeon(R) Processor', False, True, None),  # knows the instruction, at half the rate of float32
    ('AMD EPYC 7763', False, False, None),
])
def test_native_half_is_what_the_processor_multiplies_faster(name, amx, avx512, half, monkeypatch):
    monkeypatch.setattr('mmcv.amp.processor', lambda: name)
    monkeypatch.setattr('torch.cpu._is_amx_tile_supported', lambda: amx)
    monkeypatch.setattr('torch.cpu._is_avx512_bf16_supported', lambda: avx512)
    assert native_half('cpu') == half
