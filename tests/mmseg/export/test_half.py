"""Half precision on a CPU: what it gives, and that files with such weights are run so."""

import pytest
import torch
from torch import nn

from mmseg.export import export, load_exported
from mmseg.export.facts import Facts
from mmseg.export.half import SummedInFloat, summed_in_float
from mmseg.export.network import Network


@pytest.mark.parametrize('layer', [
    nn.Conv2d(3, 5, 3, padding=1), nn.Conv2d(3, 3, 3, groups=3, bias=False), nn.ConvTranspose2d(3, 5, 2, 2),
    nn.Linear(8, 4), nn.Linear(8, 4, bias=False), nn.MultiheadAttention(8, 2, batch_first=True)])
def test_products_are_those_of_float_rounded(layer):
    layer = layer.half().eval()
    x = torch.randn(2, 3, 8, 8).half()
    given = (x[:, 0],) * 3 if isinstance(layer, nn.MultiheadAttention) else (x,)
    with torch.no_grad(), summed_in_float(layer):
        found = layer(*given)
    with torch.no_grad():
        expected = layer.float()(*(one.float() for one in given))
    if isinstance(layer, nn.MultiheadAttention):  # several products, each rounded
        assert found[0].dtype == torch.float16
        torch.testing.assert_close(found[0].float(), expected[0], rtol=0, atol=2e-3)
    else:
        assert torch.equal(found, expected.half())


def test_what_is_not_half_is_left_alone():
    x = torch.randn(1, 3, 8, 8)
    conv = nn.Conv2d(3, 5, 3)
    with SummedInFloat():
        assert torch.equal(conv(x), nn.functional.conv2d(x, conv.weight, conv.bias))
    assert not isinstance(summed_in_float(conv), SummedInFloat)


@pytest.mark.parametrize(('format', 'suffix'), [('torch_export', 'pt2'), ('torchscript', 'pt')])
def test_files_of_half_types_are_run_so(format, suffix, small_pspnet, tmp_path, monkeypatch):
    model, products = small_pspnet(), []
    path = export(model, format, half=True, size=(48, 64), out=tmp_path / f'net.{suffix}')
    dispatch = SummedInFloat.__torch_dispatch__
    monkeypatch.setattr(SummedInFloat, '__torch_dispatch__',
                        lambda self, func, *args: products.append(func) or dispatch(self, func, *args))
    images = torch.randn(1, 3, 48, 64)
    with torch.no_grad():
        found = load_exported(path).forward_dummy(images)
    assert torch.ops.aten.convolution.default in products
    network = Network(model, Facts(), half=True)
    with torch.no_grad(), summed_in_float(network):
        torch.testing.assert_close(found, network(images), rtol=1e-3, atol=1e-3 * found.abs().max().item())
