"""state_dicts: out of models and files, renamed, on the host."""

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch
from torch import nn

from .errors import CheckpointError, abbreviate
from .shards import whole
from .wrappers import inner_wrappers, unwrap, without_wrappers

STRIP_MODULE = ((r'^module\.', ''),)
#: What files keep a model's weights under, the most telling name first; a teacher is the better of two.
CONTAINERS = ('state_dict', 'model', 'model_state_dict', 'model_state', 'teacher', 'student', 'model_ema', 'module',
              'network', 'net', 'weights', 'params', 'ema_state_dict', 'state_dict_ema')
#: How many averages were taken, which torch and mmengine count beside a model that they wrap for it.
_COUNTS = ('n_averaged', 'steps')


@runtime_checkable
class Versioned(Protocol):
    """A state_dict that knows the versions of its modules, as those of ``nn.Module`` do."""

    _metadata: 'OrderedDict[str, dict]'


def versions_of(state_dict: Mapping) -> 'OrderedDict[str, dict]':
    """The versions of the modules of a state_dict; empty where it has none."""
    return state_dict._metadata if isinstance(state_dict, Versioned) else OrderedDict()


def get_state_dict(module: nn.Module) -> 'OrderedDict[str, torch.Tensor]':
    """The state_dict of a module, without the prefixes of parallel wrappers; whole also where it is sharded."""
    module = unwrap(module)
    state_dict, wrappers = module.state_dict(), inner_wrappers(module)
    found = OrderedDict((without_wrappers(key, wrappers), whole(value)) for key, value in state_dict.items())
    found._metadata = OrderedDict((without_wrappers(f'{key}.', wrappers)[:-1], version)
                                  for key, version in versions_of(state_dict).items())
    return found


def weights_to_cpu(state_dict: Mapping[str, torch.Tensor]) -> 'OrderedDict[str, torch.Tensor]':
    """A state_dict whose tensors lie on the CPU; the versions of its modules go along."""
    copied = OrderedDict((key, value.cpu()) for key, value in state_dict.items())
    copied._metadata = versions_of(state_dict)
    return copied


def get_weights(checkpoint: object, source: str | Path = 'the checkpoint') -> Mapping[str, torch.Tensor]:
    """The state_dict in what was read: under 'state_dict', as we write it, or a name that others use; or the whole.

    Raises:
        CheckpointError: there is none.
    """
    if isinstance(checkpoint, Mapping):
        for weights in (*(checkpoint[key] for key in CONTAINERS if key in checkpoint), checkpoint):
            if isinstance(weights, Mapping) and _are_named(weights):
                return _without_count(weights)
        raise CheckpointError(f'{source}: holds no state_dict, only {abbreviate(list(map(str, checkpoint)))}')
    raise CheckpointError(f'{source}: holds no state_dict')


def _are_named(weights: Mapping) -> bool:
    return any(isinstance(value, torch.Tensor) for value in weights.values()) and all(
        isinstance(key, str) for key in weights)


def _without_count(weights: Mapping[str, torch.Tensor]) -> Mapping[str, torch.Tensor]:
    counts = [key for key in _COUNTS if key in weights]
    if not counts or not all(key in counts or key.startswith('module.') for key in weights):
        return weights
    bare = OrderedDict((key, value) for key, value in weights.items() if key not in counts)
    bare._metadata = versions_of(weights)
    return bare


def revise(
    state_dict: Mapping[str, torch.Tensor], revise_keys: Iterable[tuple[str, str]]
) -> 'OrderedDict[str, torch.Tensor]':
    """Rename keys by regular expressions: [(pattern, replacement), ...]."""
    metadata = versions_of(state_dict)
    for pattern, replacement in revise_keys:
        state_dict = OrderedDict((re.sub(pattern, replacement, key), value) for key, value in state_dict.items())
        metadata = OrderedDict((re.sub(pattern, replacement, key), value) for key, value in metadata.items())
    revised = OrderedDict(state_dict)
    revised._metadata = metadata
    return revised
