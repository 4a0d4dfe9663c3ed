"""The linear layer of transformers, by oneDNN where that gives the same sooner."""

import pytest
import torch
from layer_calls import Calls, one_by_one
from torch import nn

from mmcv.cnn import Linear, Sequential, build_activation_layer, is_untouched, run_layers
from mmcv.cnn.bricks.transformer import FFN, MultiheadAttention

ACTIVATIONS = [None, dict(type='GELU'), dict(type='GELU', approximate='tanh'), dict(type='ReLU'), dict(type='SiLU'),
               dict(type='HSigmoid')]
OWN = '_linear_pointwise'
onednn = pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason='torch has no oneDNN here')


def calls(function, *inputs):
    with Calls() as seen:
        y = function(*inputs)
    return y, seen.names


@onednn
@pytest.mark.parametrize('bias', [True, False])
@pytest.mark.parametrize('activation', ACTIVATIONS)
@pytest.mark.parametrize('x', [
    torch.randn(2, 5, 24), torch.randn(3, 24), torch.randn(1, 4, 6, 24), torch.randn(2, 24, 5).transpose(1, 2),
    torch.randn(2, 5, 48)[..., 24:], torch.randn(1, 6, 24)[:, 1:]], ids=lambda x: str(list(x.shape)))
def test_it_gives_what_the_layers_of_torch_give(x, activation, bias):
    layer = Linear(24, 7, bias=bias)
    after = [build_activation_layer(activation)] if activation else []
    with torch.no_grad():
        expected = one_by_one(nn.functional.linear(x, layer.weight, layer.bias), after)
        y, names = calls(run_layers, x, [layer, *after, nn.Dropout().eval()])
    torch.testing.assert_close(y, expected, rtol=1e-5, atol=1e-6)
    assert names.count(OWN) == 1
    assert not {'gelu', 'relu', 'silu'} & set(names)


@onednn
@pytest.mark.parametrize('approximate', ['none', 'tanh'])
def test_without_avx512_torch_multiplies_many_inputs_and_changes_their_gelu_in_place(approximate, monkeypatch):
    layer, x = Linear(129, 7), torch.randn(2, 5, 129)
    kept = x.clone()
    with torch.no_grad():
        for avx512 in (False, True):
            monkeypatch.setattr('mmcv.ops.onednn_linear.has_avx512', lambda found=avx512: found)
            y, names = calls(run_layers, x, [layer, nn.GELU(approximate)])
            expected = nn.functional.gelu(nn.functional.linear(x, layer.weight, layer.bias), approximate=approximate)
            torch.testing.assert_close(y, expected, rtol=1e-5, atol=1e-6)
            assert names.count(OWN) == avx512
            assert names.count('gelu_') == (not avx512)
    assert torch.equal(x, kept)


@onednn
def test_torch_does_it_where_more_than_the_numbers_is_asked_for():
    layer, x = Linear(24, 7), torch.randn(5, 24)
    assert OWN not in calls(layer, x)[1]  # a gradient is recorded
    with torch.no_grad():
        assert OWN in calls(layer, x)[1]
        assert OWN not in calls(layer.double(), x.double())[1]
        layer.float().joined = False
        assert OWN not in calls(layer, x)[1]
        assert OWN not in calls(run_layers, x, [layer, nn.GELU()])[1]


@onednn
def test_hooks_see_what_they_always_saw():
    layer, act, seen = Linear(24, 7), nn.GELU(), []
    act.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    layer.register_forward_hook(lambda module, inputs, output: seen.append(output))
    x = torch.randn(5, 24)
    with torch.no_grad():
        run_layers(x, [layer, act])
        expected = nn.functional.linear(x, layer.weight, layer.bias)
    assert len(seen) == 2
    for y in seen:
        torch.testing.assert_close(y, expected)


@onednn
def test_feed_forward_and_attention_run_by_it():
    ffn, attention = FFN(24, 48, act_cfg=dict(type='GELU')).eval(), MultiheadAttention(24, 3, batch_first=True).eval()
    x = torch.randn(2, 5, 24)
    expected = attention(ffn(x)).detach()
    with torch.no_grad():
        y, names = calls(lambda x: attention(ffn(x)), x)
    torch.testing.assert_close(y, expected, rtol=1e-5, atol=1e-5)
    assert names.count(OWN) == 4
    assert 'gelu' not in names


def test_it_is_the_layer_of_torch_to_everyone_else():
    layer = Linear(4, 3)
    assert list(layer.state_dict()) == ['weight', 'bias']
    assert isinstance(layer, nn.Linear)
    assert is_untouched(layer, nn.Linear)
    assert run_layers(torch.ones(2, 4), []).shape == (2, 4)
    assert Sequential(layer, nn.GELU())(torch.ones(2, 4)).requires_grad


def test_tokens_of_another_width_are_refused_in_words():
    with torch.no_grad(), pytest.raises(RuntimeError, match='shapes cannot be multiplied'):
        Linear(24, 8)(torch.randn(2, 5, 16))
