"""Layers one after the other, joined to passes over the map in inference on a CPU."""

import pytest
import torch
from layer_calls import Calls, one_by_one
from torch import nn

from mmcv.cnn import (
    Conv2d,
    ConvModule,
    Sequential,
    build_activation_layer,
    fuse_conv_bn,
    get_model_complexity_info,
    run_layers,
)
from mmcv.cnn.bricks import Conv2dAdaptivePadding, run_side_by_side
from mmcv.ops import has_kernel

compiled = pytest.mark.skipif(not has_kernel('depthwise_conv', torch.zeros(1)), reason='no compiled kernel')
onednn = pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason='torch has no oneDNN here')
LAYOUTS = [torch.contiguous_format, torch.channels_last]
ACTIVATIONS = [None, 'ReLU', 'ReLU6', 'Sigmoid', 'HSwish', 'SiLU', 'Tanh', 'PReLU', 'LeakyReLU', 'GELU', 'HSigmoid']


def norm(channels):
    layer = nn.BatchNorm2d(channels).eval()
    for values in (layer.weight, layer.bias, layer.running_mean, layer.running_var):
        nn.init.uniform_(values, 0.2, 2)
    nn.init.normal_(layer.bias)
    return layer


def image(channels=8, layout=torch.channels_last, size=(17, 20)):
    return torch.randn(2, channels, *size).to(memory_format=layout)


def joined(x, layers):
    """The result, and whether no norm ran by itself."""
    with torch.no_grad(), Calls() as calls:
        y = run_layers(x, layers)
    return y, 'batch_norm' not in calls.names


@pytest.mark.parametrize('layout', LAYOUTS)
@pytest.mark.parametrize('activation', ACTIVATIONS)
@pytest.mark.parametrize('conv', [
    lambda: Conv2d(8, 12, 3, padding=1), lambda: Conv2d(8, 12, 1, bias=False), lambda: Conv2d(8, 8, 3, 2, 8, 8, 8),
    lambda: Conv2d(8, 8, 5, 1, 8, 4, 8, bias=False), lambda: Conv2dAdaptivePadding(8, 16, 3, 2),
    lambda: Conv2d(8, 16, 3, padding=1, groups=4)])
def test_equals_the_layers_one_by_one(conv, activation, layout):
    first = conv()
    layers = [first, norm(first.out_channels), *([build_activation_layer(dict(type=activation))] if activation else [])]
    x = image(layout=layout)
    y, without_norm = joined(x.clone(memory_format=torch.preserve_format), layers)
    with torch.no_grad():
        expected = one_by_one(x, layers)
    torch.testing.assert_close(y, expected, rtol=1e-5, atol=1e-5)
    assert without_norm == (layout == torch.channels_last)
    assert y.is_contiguous(memory_format=layout)


@compiled
@pytest.mark.parametrize('activation', ['ReLU', 'PReLU', 'Sigmoid'])
def test_a_norm_that_follows_no_convolution_is_one_pass_too(activation):
    x, act = image(), build_activation_layer(dict(type=activation))
    assert joined(x, [norm(8), act, nn.MaxPool2d(2), norm(8), nn.PReLU(8)])[1]
    layers = [norm(8), act]
    with torch.no_grad():
        torch.testing.assert_close(joined(x, layers)[0], act(layers[0](x)))


@compiled
@pytest.mark.parametrize('own', [True, False])
def test_only_a_map_of_its_own_is_changed_in_place(own):
    x = image(size=(99, 100))
    layers = [*([Conv2d(8, 8, 1)] if own else [norm(8)]), nn.PReLU(8), norm(8), nn.LeakyReLU()]
    before = x.clone()
    with torch.no_grad():
        expected = one_by_one(x, layers)
        with Calls() as calls:
            torch.testing.assert_close(run_layers(x, layers[:2]), one_by_one(x, layers[:2]))
        assert ('copy_' in calls.names) == own
        torch.testing.assert_close(run_layers(x, layers), expected)
    assert x.equal(before)


@compiled
def test_convolutions_side_by_side_are_one_pass():
    x = image()
    convs = [Conv2d(8, 8, 3, padding=1, groups=8), Conv2d(8, 8, 3, padding=4, dilation=4, groups=8)]
    after = [norm(16), nn.PReLU(16), nn.Sigmoid()]
    with torch.no_grad():
        expected = one_by_one(torch.cat([conv(x) for conv in convs], 1), after)
        with Calls() as calls:
            y = run_side_by_side(x, convs, after)
        torch.testing.assert_close(y, expected)
        assert not {'conv2d', 'batch_norm'} & set(calls.names)
        wider = [convs[0], Conv2d(8, 8, 5, padding=2, groups=8)]
        torch.testing.assert_close(run_side_by_side(x, wider, after),
                                   one_by_one(torch.cat([conv(x) for conv in wider], 1), after))


@onednn
def test_a_weight_that_is_larger_than_the_map_stays_as_it_is():
    layers = [Conv2d(256, 8, 3, padding=1), norm(8), nn.ReLU()]
    x = image(256, size=(3, 4))
    y, _ = joined(x, layers)
    torch.testing.assert_close(y, one_by_one(x, layers), rtol=1e-4, atol=1e-4)
    assert y.min() >= 0


@pytest.mark.parametrize('case', [
    'training', 'gradients', 'no statistics', 'hook', 'hook of all', 'forward', 'off', 'double'])
def test_layers_run_as_ever(case, request):
    layers = [Conv2d(8, 12, 3, padding=1), norm(12), nn.ReLU()]
    x, seen = image(), []
    if case == 'training':
        layers[1].train()
    if case == 'no statistics':
        layers[1] = nn.BatchNorm2d(12, track_running_stats=False)
    if case == 'hook':
        layers[1].register_forward_hook(lambda *args: seen.append(args))
    if case == 'hook of all':
        hook = nn.modules.module.register_module_forward_hook(lambda *args: seen.append(args))
        request.addfinalizer(hook.remove)
    if case == 'forward':
        layers[1].forward = lambda x: seen.append(x) or x
    if case == 'off':
        layers[0].joined = False
    if case == 'double':
        layers, x = [layer.double() for layer in layers], x.double()
    with torch.set_grad_enabled(case == 'gradients'):
        y = run_layers(x, layers)
        if case != 'training':
            assert y.equal(one_by_one(x, layers))
    assert y.requires_grad == (case == 'gradients')
    assert (layers[1].num_batches_tracked == 1) if case == 'training' else True
    assert bool(seen) == (case in ('hook', 'hook of all', 'forward'))


@onednn
def test_onednn_is_left_where_it_is_turned_off():
    layers, x = [Conv2d(8, 12, 3, padding=1), norm(12), nn.ReLU()], image()
    with torch.backends.mkldnn.flags(enabled=False), torch.no_grad(), Calls() as calls:
        y = run_layers(x, layers)
    assert '_convolution_pointwise' not in str(calls.names)
    torch.testing.assert_close(y, one_by_one(x, layers), rtol=1e-5, atol=1e-5)


@onednn
def test_a_norm_that_was_folded_for_good_is_not_in_the_way():
    module = ConvModule(4, 6, 3, norm_cfg=dict(type='BN')).eval()
    x = image(4)
    with torch.no_grad():
        expected = module(x)
        fuse_conv_bn(module)
        with Calls() as calls:
            torch.testing.assert_close(module(x), expected)
    assert not any('relu' in name for name in calls.names)


def test_new_weights_and_statistics_count_at_once():
    module = ConvModule(4, 6, 3, norm_cfg=dict(type='BN')).eval()
    x = image(4)
    with torch.no_grad():
        module(x)
        module.norm.running_mean += 1
        module.conv.weight *= 2
        torch.testing.assert_close(module(x), one_by_one(x, [module.conv, module.norm, nn.ReLU()]))
    assert set(module.state_dict()) == {'conv.weight', *(f'bn.{name}' for name in module.norm.state_dict())}


def test_multiplications_are_counted_all_the_same():
    net = Sequential(Conv2d(3, 4, 3, padding=1), norm(4), nn.ReLU())
    flops, _ = get_model_complexity_info(net, (3, 8, 8), print_per_layer_stat=False, as_strings=False)
    assert flops == 8 * 8 * 4 * 27


def test_what_is_exported_knows_torchs_operators_alone():
    net = Sequential(Conv2d(3, 4, 3, padding=1), norm(4), nn.ReLU()).eval()
    x = image(3)
    with torch.no_grad():
        graph = torch.export.export(net, (x,)).graph
    assert not any('mkldnn' in str(node.target) or 'mmcv' in str(node.target) for node in graph.nodes)
