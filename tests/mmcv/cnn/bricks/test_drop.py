"""Dropout and stochastic depth."""
import pytest
import torch

from mmcv.cnn.bricks.drop import Dropout, DropPath, build_dropout, drop_path
from mmcv.utils import ConfigError


def test_drops_whole_samples_and_keeps_the_mean():
    x = torch.ones(4000, 2, 3)
    out = drop_path(x, 0.25, training=True)
    assert sorted(out.unique().tolist()) == [0, pytest.approx(1 / 0.75)]
    assert (out.flatten(1) == out[:, 0, :1]).all()
    assert out.mean().item() == pytest.approx(1, abs=0.05)


def test_nothing_to_drop():
    x = torch.randn(3, 2)
    assert drop_path(x, 0.5, training=False) is x
    assert drop_path(x, 0.0, training=True) is x
    assert DropPath(0.9).eval()(x) is x


def test_all_dropped():
    assert not drop_path(torch.randn(3, 2), 1.0, training=True).any()


@pytest.mark.parametrize('dtype', [torch.float64, torch.bfloat16])
def test_gradient_and_type(dtype):
    x = torch.randn(8, 3, dtype=dtype, requires_grad=True)
    out = DropPath(0.5)(x)
    assert out.dtype == dtype
    out.sum().backward()
    torch.testing.assert_close(x.grad, torch.where(out == 0, 0, 2).to(dtype))


def test_build():
    layer = build_dropout(dict(type='DropPath', drop_prob=0.3))
    assert (type(layer), layer.drop_prob, repr(layer)) == (DropPath, 0.3, 'DropPath(drop_prob=0.3)')
    layer = build_dropout(dict(type='Dropout'), dict(drop_prob=0.2, inplace=True))
    assert (type(layer), layer.p, layer.inplace) == (Dropout, 0.2, True)
    with pytest.raises(ConfigError, match='Dropout takes no such argument'):
        build_dropout(dict(type='Dropout', p=0.1))


def test_probability():
    with pytest.raises(ValueError, match='0 to 1'):
        DropPath(1.5)


@pytest.mark.parametrize('prob', [0.0, 0.1, 0.3, 1.0])
def test_dropout_is_torchs_with_a_fourth_of_what_is_kept(prob):
    x, kept, results = torch.randn(4, 8, requires_grad=True), [], []
    for layer in (torch.nn.Dropout(prob), Dropout(prob)):
        torch.manual_seed(0)
        saved = []
        with torch.autograd.graph.saved_tensors_hooks(lambda x, saved=saved: saved.append(x) or x, lambda x: x):
            y = layer(x)
        kept.append(sum(x.nbytes for x in saved))
        results.append((y, *torch.autograd.grad(y, x, torch.ones_like(y))))
    torch.testing.assert_close(*results)
    assert kept[1] == (kept[0] // 4 if 0 < prob < 1 else kept[0])
    assert Dropout(prob).eval()(x) is x
