"""The values that the zoo's reference numbers were made with (tests/golden/zoo_*), and how to compare with them.

Models are filled from their keys and inputs are drawn from fixed seeds, so that a case is its config and its numbers.
"""
import functools
import hashlib
import json
import math
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from mmcv.cnn import DropPath
from mmcv.config import Config
from mmseg.models import build_segmentor

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / 'tests/golden'


@functools.cache
def cases(part):
    """{name: case} of golden/zoo_<part>.json; shared: do not alter it."""
    return json.loads((GOLDEN / f'zoo_{part}.json').read_text())['cases']


@functools.cache
def arrays(part):
    """The npz of golden/zoo_<part>; an array is read when it is asked for."""
    return np.load(GOLDEN / f'zoo_{part}.npz')


def model_cfg(config):
    """The model of a file below configs/ as its numbers were made: nothing to fetch, and BN for SyncBN."""
    return _plain(Config.fromfile(ROOT / 'configs' / config, import_custom_modules=False).model)


def _plain(node):
    if isinstance(node, dict):
        node = {key: _plain(value) for key, value in node.items() if key not in ('init_cfg', 'pretrained')}
        return {**node, 'type': 'BN'} if node.get('type') == 'SyncBN' else node
    return type(node)(map(_plain, node)) if isinstance(node, (list, tuple)) else node


_DRAW = {torch.Tensor.uniform_, torch.Tensor.normal_, nn.init.uniform_, nn.init.normal_, nn.init.kaiming_uniform_}


class _Unfilled(TorchFunctionMode):
    """Nothing is drawn at random: what :func:`fill` fills need not be filled before."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function in _DRAW:
            return args[0] if args else kwargs['tensor']
        return function(*args, **(kwargs or {}))


def build(cfg):
    """A segmentor, filled."""
    with _Unfilled():
        model = build_segmentor(cfg)
    return fill(model)


def fill(model):
    """Every parameter and every floating-point buffer from its own name."""
    state = model.state_dict()
    for key, value in state.items():
        made = _made(key, tuple(value.shape)) if value.is_floating_point() else None
        if made is not None:
            # By way of float32, so that a float64 model has the same weights.
            value.copy_(torch.from_numpy(made))
        elif key.endswith('.num_batches_tracked'):
            value.zero_()
    return model


_backbones = {}
_room = [64 << 20]  # how many values of backbones may still be kept, most of them of ResNets that many models have
_BLOCK = 1 << 15  # values that are drawn at a time, in float64, so that they stay in a core's cache


def _made(key, shape):
    """The values of a name, float32; None for what is a constant of its layer."""
    leaf = key.rpartition('.')[2]
    if leaf in ('laplacian_kernel', 'fusion_kernel'):
        return None
    if (key, shape) in _backbones:
        return _backbones[key, shape]
    random = np.random.RandomState(zlib.crc32(key.encode()))
    made = np.empty(math.prod(shape), np.float32)
    for start in range(0, made.size, _BLOCK):
        block = made[start:start + _BLOCK]
        block[:] = _value(leaf, shape, random.standard_normal(block.size))
    made = made.reshape(shape)
    if key.startswith('backbone.') and made.size <= _room[0]:
        _backbones[key, shape] = made
        _room[0] -= made.size
    return made


def _value(leaf, shape, noise):
    if leaf == 'running_mean':
        return 0.1 * noise
    if leaf == 'running_var':
        return 1 + 0.1 * np.abs(noise)
    if leaf == 'weight' or leaf.endswith('_weight'):
        return 1 + 0.1 * noise if len(shape) == 1 else noise * math.sqrt(2 / math.prod(shape[1:]))
    if leaf == 'bias' or leaf.endswith('_bias'):
        return 0.1 * noise
    if leaf == 'scale' and len(shape) == 1:
        return -0.05 * np.abs(noise)
    return 0.5 + 0.1 * noise if len(shape) <= 1 else 0.2 * noise


def draw(shape, seed=123, dtype=torch.float32):
    """Input i has seed 123 + i, the previous prediction of a cascade 173, the factors of a training scalar 11."""
    noise = np.random.RandomState(seed).standard_normal(tuple(shape))
    return torch.from_numpy(noise if dtype == torch.float64 else noise.astype(np.float32)).to(dtype)


def target(shape, classes=5):
    """Labels, a tenth of them 255."""
    random = np.random.RandomState(7)
    values = random.randint(0, classes, tuple(shape))
    values[random.rand(*shape) < 0.1] = 255
    return torch.from_numpy(values)


def without_dropout(model):
    """Let nothing be dropped in training."""
    for module in model.modules():
        if isinstance(module, nn.modules.dropout._DropoutNd):
            module.p = 0.0
        elif isinstance(module, DropPath):
            module.drop_prob = 0.0
        elif isinstance(module, nn.MultiheadAttention):
            module.dropout = 0.0
    return model


def keys_hash(model):
    """Of the keys and shapes of the state_dict, as the parts have it."""
    state = sorted([key, list(value.shape)] for key, value in model.state_dict().items())
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]


def flatten(outputs):
    """The tensors of nested lists, tuples and dicts, in order."""
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    inner = outputs.values() if isinstance(outputs, dict) else outputs
    return [tensor for output in inner for tensor in flatten(output)]


def sample(tensor):
    """About 200 values: every p-th, p a prime that divides no dimension."""
    flat = tensor.detach().reshape(-1)
    step = 1
    if len(flat) > 200:
        step = math.ceil(len(flat) / 200)
        while not _is_prime(step) or any(size % step == 0 for size in tensor.shape):
            step += 1
    return flat[::step]


def _is_prime(number):
    return number > 1 and all(number % divisor for divisor in range(2, math.isqrt(number) + 1))


def check_output(tensor, expected, stats, shape, tolerance, where=''):
    """Compare samples, and mean, standard deviation and largest magnitude of the whole.

    Args:
        tolerance: relative to the largest magnitude.
    """
    assert list(tensor.shape) == shape, where
    atol = tolerance * max(stats[2], 1e-12)
    values = tensor.detach().double()
    summary = [values.mean(), values.std(correction=0), values.abs().max()]
    np.testing.assert_allclose(summary, stats, rtol=0, atol=atol, err_msg=f'{where}: mean, std, max')
    np.testing.assert_allclose(sample(tensor), expected, rtol=0, atol=atol, err_msg=where)


def norm(tensors):
    """Of all values of all tensors together."""
    return math.hypot(*(torch.linalg.vector_norm(tensor, dtype=torch.float64).item() for tensor in tensors))
