"""One model of each architecture of mmsegmentation 0.30 against its reference numbers, at full size.

How the numbers were made: the values of parameters and inputs are functions of names and seeds (tests/zoo.py).
"""
import copy
import functools
import gzip
import json
from unittest import mock

import numpy as np
import pytest
import torch
import zoo

CASES = zoo.cases('models')
CONFIGS = json.loads(gzip.decompress((zoo.GOLDEN / 'zoo_configs.json.gz').read_bytes()))
MOST = {'backbone': 400, 'neck': 400, 'decode': 1500, 'aux': 500}  # values of an array that are kept
# Float32 against float64: beyond the first, machines differ by more than ten times of it, whatever computes there
# (K-Net over UPerNet); beyond the second, labels are chance (CGNet).
NOISY, CHAOTIC = 2e-5, 1e-3
QUICK = ('bisenetv2', 'fastscnn', 'segformer', 'mobilenet')  # of these, one case is tried in the quick suite


def settings(case):
    """The config of a case as its numbers were made: nothing pretrained, no SyncBN, 19 classes, the overrides."""
    cfg = _with_19_classes(zoo.model_cfg(case['config']))
    for path, value in case['overrides'].items():
        *parents, last = path.split('.')
        functools.reduce(lambda node, key: node[key], parents, cfg)[last] = _tuples(value)
    test_cfg = dict(cfg.get('test_cfg') or {})
    if test_cfg.get('mode') == 'slide':
        test_cfg.update(crop_size=tuple(case['crop']), stride=tuple(case['stride']))
    return {**cfg, 'pretrained': None, 'test_cfg': test_cfg}


def _tuples(value):
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _with_19_classes(node):
    if isinstance(node, dict):
        node = {key: _with_19_classes(value) for key, value in node.items()}
        return {**node, 'num_classes': 19} if 'num_classes' in node and node.get('type') != 'STDCHead' else node
    return type(node)(map(_with_19_classes, node)) if isinstance(node, (list, tuple)) else node


@functools.lru_cache(maxsize=1)
def build(name):
    """The filled model of a case; the last one is kept, for a case's tests follow each other."""
    return zoo.build(settings(CASES[name]))


def part(tensor, kind):
    """What is kept of an output: two channels of features, every third of logits, rows and columns at a stride."""
    if kind == 'encode_decode':
        return tensor[:, ::3, ::5, ::5]
    channels = tensor[:, :2] if kind in ('backbone', 'neck') else tensor[:, ::3]
    if tensor.dim() != 4:
        channels = tensor
    most = MOST[kind]
    for stride in range(1, max(tensor.shape) + 1):
        kept = channels[..., ::stride, ::stride] if tensor.dim() == 4 else channels[:, ::stride]
        if kept.numel() <= most * len(tensor):
            return kept
    return channels


def outputs(model, img):
    """{name: tensor} of everything on the way from images to logits."""
    maps = model.backbone(img)
    found = {f'backbone{i}': map_ for i, map_ in enumerate(_list(maps))}
    if model.with_neck:
        maps = model.neck(maps)
        found |= {f'neck{i}': map_ for i, map_ in enumerate(_list(maps))}
    heads = _list(model.decode_head)
    out = None
    for i, head in enumerate(heads):
        out = head.forward_test(maps, [{}], model.test_cfg) if i == 0 else head.forward_test(
            maps, out, [{}], model.test_cfg)
        found[f'decode{i}'] = out
    for i, head in enumerate(_list(model.auxiliary_head) if model.with_auxiliary_head else []):
        for j, logits in enumerate(_list(head.forward(maps))):
            found[f'aux{i}.{j}'] = logits
    with mock.patch.object(model, 'extract_feat', return_value=maps):  # test_labels goes the whole way
        found['encode_decode'] = model.encode_decode(img, [{}])
    return found


def _list(value):
    return list(value) if isinstance(value, (list, tuple, torch.nn.ModuleList)) else [value]


def floor(case, key):
    """How far float32 is from float64 there; for the resized logits it was measured before the resizing."""
    floors = case.get('floor', {})
    if key == 'encode_decode':
        return floors.get(key, max((value for name, value in floors.items() if name.startswith('decode')), default=0))
    return floors.get(key, 0)


def check_in_double(model, case):
    """Where float32 differs from machine to machine: mean, deviation and extremes in float64."""
    with torch.no_grad():
        found = outputs(model, zoo.draw(case['eval_shape']).double())
    for key, stats in case['stats64'].items():
        values = found[key]
        summary = [values.mean(), values.std(correction=0), values.abs().max()]
        np.testing.assert_allclose(summary, stats, rtol=0, atol=1e-6 * stats[2], err_msg=key)


def quick(name):
    return any(name.startswith(method) and name == min(n for n in CASES if n.startswith(method)) for method in QUICK)


def parameters(names):
    return [pytest.param(name, marks=() if quick(name) else pytest.mark.slow) for name in names]


@pytest.fixture
def model(name):
    return build(name)


@pytest.mark.parametrize('name', parameters(CASES), scope='module')
def test_outputs(name, model):
    case, golden = CASES[name], zoo.arrays('models')
    model.eval()
    if floor(case, 'encode_decode') > NOISY:
        return check_in_double(copy.deepcopy(model).double(), case)
    with torch.no_grad():
        found = outputs(model, zoo.draw(case['eval_shape']))
    for key, stats in case['stats'].items():
        kind = key.rstrip('0123456789.')
        tensor = found[key]
        assert list(tensor.shape) == case['shapes'][key], key
        atol = max(3e-5, 10 * floor(case, key)) * stats[2]
        values = tensor.double()
        summary = [values.mean(), values.std(correction=0), values.abs().max()]
        np.testing.assert_allclose(summary, stats, rtol=0, atol=atol, err_msg=f'{key}: mean, std, max')
        if f'{name}/{key}' in golden:
            expected = golden[f'{name}/{key}']
            kept = part(tensor, kind)
            assert kept.shape == expected.shape, key
            np.testing.assert_allclose(kept, expected, rtol=0, atol=atol, err_msg=key)


@pytest.mark.parametrize('name', parameters(CASES), scope='module')
def test_labels(name, model):
    case, golden = CASES[name], zoo.arrays('models')
    if floor(case, 'encode_decode') > CHAOTIC:
        pytest.skip('with these weights float32 is far from float64 (CGNet), so labels are chance')
    model.eval()
    shape = case['test_shape'] or case['eval_shape']
    height, width = shape[2:]
    meta = {'ori_shape': (height // 2 + 31, width // 2 + 37, 3), 'img_shape': (height, width, 3),
            'pad_shape': (height, width, 3), 'flip': False}
    with torch.no_grad():
        label = np.stack(model.simple_test(zoo.draw(shape), [meta] * shape[0]))
    expected = golden[f'{name}/label']
    assert label.shape == expected.shape
    assert (label == expected).mean() >= 0.995


@pytest.mark.parametrize('name', parameters(name for name, case in CASES.items() if case['train']), scope='module')
def test_training(name, model):
    case, golden = CASES[name], zoo.arrays('models')
    build.cache_clear()  # the last test of a case may alter its model
    model = zoo.without_dropout(model).train()
    exact = case['train_dtype'] == 'float64'
    dtype = torch.float64 if exact else torch.float32
    model = model.to(dtype)
    shape = case['train_shape']
    img, label = zoo.draw(shape).to(dtype), zoo.target((shape[0], 1, *shape[2:]), 19)
    torch.manual_seed(0)
    losses = model.forward_train(img, [{}] * shape[0], label)
    means = {key: value.mean() if isinstance(value, torch.Tensor) else sum(v.mean() for v in value)
             for key, value in losses.items()}
    assert sorted(means) == sorted(case['losses'])
    for key, expected in case['losses'].items():
        tolerance = {'abs': 2} if 'acc' in key else {'rel': 1e-6 if exact else 1e-3}  # accuracies are percentages
        assert means[key].item() == pytest.approx(expected, **tolerance), key
    sum(value for key, value in means.items() if 'loss' in key).backward()
    rel = 1e-5 if exact else 5e-2
    named = dict(model.named_parameters())
    for key, expected in case['grad_norm'].items():
        assert zoo.norm([named[key].grad]) == pytest.approx(expected, rel=rel, abs=1e-12), key
    gradients = [p.grad for p in named.values() if p.grad is not None]
    assert zoo.norm(gradients) == pytest.approx(case['total_grad_norm'], rel=rel)
    assert sorted(key for key, p in named.items() if p.requires_grad and p.grad is None) == sorted(case['no_grad'])
    buffers = dict(model.named_buffers())
    prefix = f'{name}/after/'
    for key in (key for key in golden.files if key.startswith(prefix)):
        expected = golden[key]
        actual = buffers[key.removeprefix(prefix)].reshape(-1)[:32]
        np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max(), err_msg=key)
