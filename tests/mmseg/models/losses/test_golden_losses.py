"""Losses, accuracy, hard pixels, pyramid and resizing of mmsegmentation 0.30 (tests/golden/losses.*)."""
import json
import types
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from mmseg.models import accuracy, build_head, build_loss
from mmseg.models.decode_heads.pixel_samplers import build_pixel_sampler
from mmseg.models.layers import resize


@pytest.fixture(scope='module')
def cases(golden):
    return golden('losses')[0]


@pytest.fixture(scope='module')
def arrays(golden):
    npz = golden('losses')[1]
    return {name: torch.from_numpy(npz[name]) for name in npz.files}


@pytest.fixture(scope='module')
def label(arrays):
    return arrays['label'].long()


def names(*prefixes):
    """The cases whose names begin so; read here, as parameters must be known before fixtures run."""
    golden = next(p for p in Path(__file__).parents if p.name == 'tests') / 'golden'
    return [name for name in json.loads((golden / 'losses.json').read_text()) if name.startswith(prefixes)]


LOSSES = set(names('ce/', 'bce/', 'dice', 'ohem_loss/')) - {'bce/class_weight_19'}


@pytest.mark.parametrize('name', sorted(LOSSES))
def test_loss_and_gradient(cases, arrays, label, name):
    case = cases[name]
    target = torch.full_like(label, 255) if case['label'] == 'all 255' else label
    options = {}
    if name.startswith('ohem_loss'):
        options['weight'] = sample(name.split('/')[1], arrays['logit'], label)
    elif 'weight' in case['kwargs']:
        options['weight'] = arrays['pixel_weight']
    if 'avg_factor' in case['kwargs']:
        options['avg_factor'] = 100
    logit = arrays['logit'].clone().requires_grad_()
    loss = build_loss(case['cfg'])(logit, target, ignore_index=255, **options)
    assert list(loss.shape) == case['shape']
    np.testing.assert_allclose(loss.detach(), arrays[f'{name}/loss'], rtol=7e-6, atol=1e-6)
    loss.sum().backward()
    assert logit.grad.norm().item() == pytest.approx(case['grad_norm'], rel=1e-5, abs=1e-12)
    expected = arrays[f'{name}/grad_sample']
    atol = 1e-5 * expected.abs().max().item()
    np.testing.assert_allclose(logit.grad[:, ::6, ::6, ::8], expected, atol=atol, rtol=1e-4)


def test_sigmoid_loss_with_class_weights(cases, arrays, label):
    """0.30 crashes here; the weights belong to the classes as they do for logits of shape (N, K)."""
    loss = build_loss(cases['bce/class_weight_19']['cfg'])
    rows = arrays['logit'].movedim(1, -1).flatten(0, 2)
    assert loss(arrays['logit'], label, ignore_index=255).item() == pytest.approx(
        loss(rows, label.flatten(), ignore_index=255).item(), rel=1e-6
    )


def test_accuracy(cases, arrays, label):
    logit, expected = arrays['logit'], cases['accuracy']
    results = {
        'top1_ignore255': [accuracy(logit, label, ignore_index=255)],
        'top1_noignore': [accuracy(logit, label)],
        'top15': accuracy(logit, label, topk=(1, 5), ignore_index=255),
        'thresh2': [accuracy(logit.softmax(1), label, thresh=2.0, ignore_index=255)],
        'all_ignored': [accuracy(logit, torch.full_like(label, 255), ignore_index=255)],
    }
    for name, values in results.items():
        assert [value.item() for value in values] == pytest.approx(expected[name], rel=1e-6, abs=1e-6), name
        assert all(value.shape == (1,) for value in values)


def sample(name, logit, label, losses=({'type': 'CrossEntropyLoss'},), cfg=None):
    if cfg is None:
        cfg = {'thresh0.7_k100': {'thresh': 0.7, 'min_kept': 100}, 'topk_k200': {'min_kept': 200}}[name]
    modules = nn.ModuleList(build_loss(loss) for loss in losses)
    head = types.SimpleNamespace(ignore_index=255, loss_decode=modules if len(modules) > 1 else modules[0])
    return build_pixel_sampler({'type': 'OHEMPixelSampler', **cfg}, context=head).sample(logit, label[:, None])


@pytest.mark.parametrize('name', names('ohem/'))
def test_hard_pixels(cases, arrays, label, name):
    case = cases[name]
    target = label if name.endswith('/label') else torch.full_like(label, 255)
    losses = [{'type': 'CrossEntropyLoss'}]
    if 'two_losses' in name:
        losses[0]['loss_weight'] = 0.4
        losses.append({'type': 'CrossEntropyLoss', 'class_weight': cases['class_weight']})
    weight = sample(name, arrays['logit'], target, losses, case['cfg'])
    assert (weight > 0).sum().item() == case['kept']
    np.testing.assert_array_equal(weight.numpy().astype(np.uint8), arrays[name])


@pytest.mark.parametrize('size', ['(65, 97)', '(33, 50)', '(33, 49)', '(34, 50)', '(34, 49)'])
def test_resize_warns_where_corners_do_not_align(cases, size):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        resize(torch.zeros(1, 1, 9, 13), tuple(map(int, size.strip('()').split(','))), None, 'bilinear', True)
    assert [str(w.message) for w in caught] == cases[f'resize_warning/{size}']


def test_initialization(cases):
    """The same draws in the same order: with the seed 0 the same weights."""
    torch.manual_seed(0)
    head = build_head(
        {'type': 'PSPHead', 'in_channels': 64, 'channels': 32, 'num_classes': 19, 'norm_cfg': {'type': 'BN'}}
    )
    head.init_weights()
    for name, expected in cases['init'].items():
        value = head.state_dict()[name].double()
        assert list(value.shape) == expected['shape']
        assert value.mean().item() == pytest.approx(expected['mean'], rel=1e-4, abs=1e-8), name
        assert value.std(correction=0).item() == pytest.approx(expected['std'], rel=1e-3), name
