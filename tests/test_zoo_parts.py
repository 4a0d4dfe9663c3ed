"""Every part of the zoo on its own, against mmsegmentation 0.30 and mmcv 1.7 (tests/golden/zoo_parts.*).

Bricks carry the line of the script that made their numbers; it is run with today's names in place of those of then.
"""
import copy
import importlib
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from zoo import (
    arrays,
    cases,
    check_output,
    draw,
    fill,
    flatten,
    keys_hash,
    model_cfg,
    norm,
    target,
    without_dropout,
)

from mmcv import cnn
from mmcv.checkpoint import save_checkpoint
from mmcv.cnn.bricks import transformer
from mmcv.config import ConfigDict
from mmcv.runner import build_optimizer
from mmseg.models import BACKBONES, HEADS, LOSSES, NECKS, accuracy, build_loss, build_segmentor
from mmseg.models.losses import Accuracy

CASES, ARRAYS = cases('parts'), arrays('parts')
REGISTRIES = {'backbone': BACKBONES, 'head': HEADS, 'neck': NECKS}
BN = dict(type='BN', requires_grad=True)
F32 = torch.float32


def each(start):
    """The names of the cases that begin so."""
    return [name for name in CASES if name.startswith(start)]


def find(registries, cfg):
    """Build it, wherever it is registered."""
    return next(registry for registry in registries if registry.get(cfg['type']) is not None).build(cfg)


def check(name, model, call, dtype=None, train=None):
    """Outputs in evaluation, losses and gradients in training.

    Args:
        model: filled; a function has an ``nn.Module`` without parameters.
        call: (model, *inputs) to outputs.
        train: (model, *inputs) to a dict of losses; by default the outputs times fixed numbers.
    """
    case = CASES[name]
    if 'keys' in case:
        assert keys_hash(model) == case['keys']
        assert sum(p.numel() for p in model.parameters()) == case['params']
    inputs = [draw(shape, 123 + i) for i, shape in enumerate(case['inputs'])]
    with torch.no_grad():
        outputs = flatten(call(model.eval(), *inputs))
    for i, output in enumerate(outputs):
        tolerance = max(3e-5, 10 * case.get('floor', {}).get(f'out{i}', 0))
        check_entry(name, f'out{i}', output, tolerance)
    assert f'out{len(outputs)}' not in case['shapes']
    if 'grad_norm' in case:
        dtype = dtype or {'float32': F32}.get(case.get('train_dtype'), torch.float64)
        check_training(name, model.to(dtype).train(), [x.to(dtype).requires_grad_() for x in inputs], call, train)


def check_entry(name, entry, tensor, tolerance):
    case = CASES[name]
    check_output(tensor, ARRAYS[f'{name}/{entry}'], case['stats'][entry], case['shapes'][entry], tolerance, entry)


def check_training(name, model, inputs, call, train):
    case = CASES[name]
    exact = inputs[0].dtype == torch.float64
    torch.manual_seed(0)
    if train is None:
        outputs = flatten(call(without_dropout(model), *inputs))
        factors = (draw(output.shape, 11, torch.float64).to(output.dtype) for output in outputs)
        scalar = sum((output * factor).mean() for output, factor in zip(outputs, factors))
        assert scalar.item() == pytest.approx(case['train_scalar'], rel=1e-6 if exact else 1e-3, abs=1e-10)
    else:
        losses = train(without_dropout(model), *inputs)
        assert list(losses) == list(case['losses'])
        for key, value in losses.items():
            tolerance = 2e-2 if key.startswith('acc') else 1e-6 if exact else 1e-3
            assert value.mean().item() == pytest.approx(case['losses'][key], rel=tolerance), key
        scalar = sum(value.mean() for key, value in losses.items() if 'loss' in key)
    scalar.backward()
    rel = 1e-5 if exact else 5e-2
    zero = torch.zeros(())
    assert [norm([zero if x.grad is None else x.grad]) for x in inputs] == [
        pytest.approx(value or 0, rel=rel, abs=1e-10) for value in case['input_grad_norm']]
    grads = {key: p.grad for key, p in model.named_parameters() if p.grad is not None}
    assert {key for key, p in model.named_parameters() if p.requires_grad and p.grad is None} == set(case['no_grad'])
    total = case['grad_norm'] or 0
    assert norm(grads.values()) == pytest.approx(total, rel=rel)
    for key, value in case['grad_norms'].items():
        assert norm([grads[key]]) == pytest.approx(value, rel=rel, abs=1e-8 * total), key
    buffers = dict(model.named_buffers())
    for entry in case['shapes']:
        if entry.startswith('after/'):
            check_entry(name, entry, buffers[entry[6:]], 3e-5)


class Function(nn.Module):
    """A function, as a module without parameters."""

    def __init__(self, function):
        super().__init__()
        self.forward = function


def recipe(name, **names):
    """What the line of a case calls for: (kind, positional arguments, keyword arguments).

    Names that the line binds itself by a lambda are its own; ``where`` has the values of all others.
    """
    line, where = CASES[name]['recipe']['line'], CASES[name]['recipe']['where']
    scope = {**vars(importlib.import_module('builtins')), **names, 'torch': torch, 'importlib': importlib, 'f32': F32}
    scope['case'] = lambda _, kind, *args, **kwargs: (kind, args, kwargs)
    for key, text in where.items():
        if text.startswith(f'{key} = '):
            exec(text, scope)
        else:
            scope[key] = eval(text, scope)
    for function in ('make', 'merging', 'Q'):
        if function in names:
            scope[function] = names[function](scope)
    return eval(line, scope)


def _embed(scope):
    return transformer if scope.get('where') == 'mmcv' else importlib.import_module('mmseg.models.utils.embed')


def _make(scope):
    if 'where' in scope:
        return lambda: _embed(scope).AdaptivePadding(kernel_size=5, stride=4, padding=scope['n'])
    return lambda: cnn.build_conv_layer(dict(scope['c']), 8, 8, 3, **scope['k'])


def _deformable(module, query, value, boxes):
    """Two levels of 6 x 8 and 3 x 4 cells."""
    return module(query, value=value, reference_points=boxes.sigmoid(),
                  spatial_shapes=torch.tensor([[6, 8], [3, 4]]), level_start_index=torch.tensor([0, 48]))


ATTENTION_BLOCK = dict(
    key_in_channels=8, query_in_channels=8, channels=4, out_channels=6, share_key_query=False, query_downsample=None,
    key_downsample=None, key_query_num_convs=1, value_out_num_convs=1, key_query_norm=True, value_out_norm=True,
    matmul_norm=True, with_out=True, conv_cfg=None, norm_cfg=BN, act_cfg=dict(type='ReLU'))


@pytest.mark.parametrize('name', each('brick/'))
def test_brick(name):
    utils = importlib.import_module('mmseg.models.utils')
    ops = importlib.import_module('mmseg.ops')
    kind, (make, _), options = recipe(
        name, C=cnn, T=transformer, U=utils, Q=_embed, make=_make, BN=BN, sa=ATTENTION_BLOCK,
        merging=lambda scope: lambda cfg: _embed(scope).PatchMerging(**cfg),
        SelfAttentionBlock=utils.SelfAttentionBlock, Upsample=ops.Upsample, resize=ops.resize,
        mod='module', fun='function', msda_call=_deformable, ss=torch.tensor([[6, 8], [3, 4]]))
    call = options.get('call', lambda model, *inputs: model(*inputs))
    if kind == 'function':
        check(name, Function(make), call)
    else:
        check(name, fill(make()), call, options.get('dt'))


@pytest.mark.parametrize('name', [*each('backbone/'), *each('neck/')])
def test_backbone_or_neck(name):
    kind, cfg = name.split('/')[0], CASES[name]['cfg']
    model = find([REGISTRIES[kind]], cfg)
    check(name, fill(model), lambda model, *x: model(list(x) if kind == 'neck' else x[0]))


# PointHead draws points; the numbers that it was made with.
TRAIN_CFG = ConfigDict(num_points=60, oversample_ratio=3, importance_sample_ratio=0.75)
TEST_CFG = ConfigDict(subdivision_steps=2, subdivision_num_points=100, scale_factor=2)


@pytest.mark.parametrize('name', each('head/'))
def test_head(name):
    case = CASES[name]
    model = find([HEADS], case['cfg'])
    previous = [] if case['prev'] is None else [draw(case['prev'], 173)]
    borders = case['cfg']['type'] == 'STDCHead'  # its two classes are where those of the label meet or do not
    label = target(case['gt'], 5 if borders else case['cfg'].get('num_classes', 5))
    metas = [dict(img_shape=(*case['gt'][2:], 3), ori_shape=(*case['gt'][2:], 3))] * case['gt'][0]

    def maps(inputs):
        pairs = case['cfg']['type'] == 'DPTHead'  # of map and class token
        return list(zip(inputs[::2], inputs[1::2])) if pairs else list(inputs)

    def test(model, *inputs):
        return model.forward_test(maps(inputs), *previous, metas, TEST_CFG)

    def train(model, *inputs):
        before = [x.to(inputs[0].dtype) for x in previous]
        return model.forward_train(maps(inputs), *before, metas, label, TRAIN_CFG)

    check(name, fill(model), test, train=train)


def _labels():
    random = np.random.RandomState(8).randint(0, 5, (2, 12, 16))
    return dict(onehot=F.one_hot(torch.from_numpy(random), 5).movedim(-1, 1), binl=target((2, 12, 16), 2),
                pw=torch.from_numpy(np.random.RandomState(5).rand(2, 12, 16).astype(np.float32)))


@pytest.mark.parametrize('name', [name for name in each('loss/') if 'cfg' in CASES[name]])
def test_loss(name):
    _, (cfg,), options = recipe(name, loss_case='loss', **_labels())
    loss = find([LOSSES], dict(cfg))
    dtype = options.pop('dt', torch.float64)
    logits = 3 * draw(options.pop('shape', (2, 5, 12, 16)))
    label = options.pop('label', target((2, 12, 16)))
    check_entry(name, 'out0', loss(logits, label, **options), 3e-5)
    logits = logits.to(dtype).requires_grad_()
    value = loss(logits, label, **options).sum()
    value.backward()
    assert value.item() == pytest.approx(CASES[name]['loss64'], rel=1e-6)
    assert norm([logits.grad]) == pytest.approx(CASES[name]['input_grad_norm'][0], rel=1e-5)
    check_entry(name, 'grad', logits.grad, 3e-5)


@pytest.mark.parametrize('name', each('loss/lovasz/binary'))
def test_binary_lovasz(name):
    options = dict(per_image=True) if name.endswith('per_image') else dict(reduction='none')
    logits = draw((2, 12, 16)).requires_grad_()
    loss = build_loss(dict(type='LovaszLoss', loss_type='binary', **options))(logits, target((2, 12, 16), 2))
    loss.backward()
    check_entry(name, 'out0', loss, 3e-5)
    check_entry(name, 'grad', logits.grad, 3e-5)


@pytest.mark.parametrize('name', each('loss/accuracy'))
def test_accuracy(name):
    pred, label = draw((2, 5, 12, 16)), target((2, 12, 16))
    variant = name.split('/')[-1]
    if variant == 'module':
        values = Accuracy(topk=(1, 3))(pred, label.clamp(max=4))
    else:
        options = dict(top1={}, top13=dict(topk=(1, 3)), thresh=dict(thresh=0.5))[variant]
        values = accuracy(pred, label, **options)
    np.testing.assert_allclose([float(value) for value in flatten(values)], ARRAYS[f'{name}/out0'], rtol=1e-6)


class Toy(nn.Module):
    """One parameter of each kind that paramwise_cfg tells apart."""

    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3, groups=4), nn.GroupNorm(2, 4))
        self.head = nn.ModuleDict(dict(fc=nn.Linear(4, 4), norm1=nn.LayerNorm(4)))
        self.scale = nn.Parameter(torch.ones(1))
        self.frozen = nn.Linear(2, 2)


def _without_memory(config):
    """The model of a run config, its parameters without values."""
    with torch.device('meta'):
        return build_segmentor(model_cfg(f'{config}.py'))


@pytest.mark.parametrize('name', each('optim/'))
def test_optimizer(name):
    case, config = CASES[name], name.removeprefix('optim/')
    model = Toy() if config.startswith('toy/') else _without_memory(config)
    cfg = copy.deepcopy(case['optimizer'])
    optimizer = build_optimizer(model, cfg)
    assert (type(optimizer).__name__, len(optimizer.param_groups)) == (case['class'], case['groups'])
    lr, decay = case['optimizer']['lr'], case['optimizer']['weight_decay']
    keys = {id(p): key for key, p in model.named_parameters()}
    table = {}
    for group in optimizer.param_groups:
        multiples = group['lr'] / lr, group['weight_decay'] / decay if decay else 0
        entry = table.setdefault(', '.join(f'{multiple:.10g}' for multiple in multiples), [])
        entry += [keys.pop(id(p)) for p in group['params']]
    assert {entry: sorted(names) for entry, names in table.items()} == case['table']
    assert sorted(keys.values()) == case['left_out']


@pytest.mark.parametrize('name', each('load/'))
def test_weights_of_another_size(name, tmp_path):
    case, path = CASES[name], str(tmp_path / 'weights.pth')
    save_checkpoint(fill(find([BACKBONES], case['src'])), path)
    model = BACKBONES.build({**case['dst'], 'init_cfg': dict(type='Pretrained', checkpoint=path)})
    model.init_weights()
    state = model.state_dict()
    for key in case['shapes']:
        check_entry(name, key, state[key], 3e-5)


@pytest.mark.parametrize('name', each('init/'))
def test_initial_values(name):
    """Mean and standard deviation of every entry, as far as chance lets them agree; constants are the same."""
    torch.manual_seed(0)
    model = find([BACKBONES, NECKS, HEADS], CASES[name]['cfg'])
    model.init_weights()
    state = {key: value for key, value in model.state_dict().items() if value.is_floating_point()}
    assert set(state) == set(CASES[name]['init'])
    for key, (mean, std, count) in CASES[name]['init'].items():
        values = state[key].double()
        assert values.numel() == count, key
        chance = 7 * std / math.sqrt(count)  # of both means, and about that of both deviations
        assert values.mean().item() == pytest.approx(mean, rel=1e-6, abs=chance + 1e-9), key
        assert values.std(correction=0).item() == pytest.approx(std, rel=1e-6, abs=chance), key
