"""Weights into models, and out of them."""

import logging
import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mmcv.dist import is_main
from mmcv.utils import get_logger
from mmcv.version import __version__

from .errors import CheckpointError, abbreviate
from .files import read_checkpoint, write_checkpoint
from .shards import sharded_like, whole
from .source import resolve
from .wrappers import unwrap

STRIP_MODULE = ((r'^module\.', ''),)


def load_checkpoint(
    model: nn.Module,
    filename: str | Path,
    map_location: Any = None,
    strict: bool = False,
    logger: logging.Logger | None = None,
    revise_keys: Any = STRIP_MODULE,
) -> dict:
    """Load the weights of a checkpoint into a model.

    Args:
        model: a module, wrapped for parallel running or not.
        filename: a path, an http(s) address, ``torchvision://NAME`` or ``open-mmlab://NAME``.
        map_location: as for ``torch.load``; None is 'cpu'.
        strict: refuse a checkpoint whose keys or shapes differ from the model's; otherwise they are logged.
        logger: where to; None is the logger 'mmcv'.
        revise_keys: pairs of a pattern and its replacement, applied to the keys one after the other.

    Returns:
        The whole content of the checkpoint.

    Raises:
        CheckpointError: damaged, no checkpoint, or (``strict``) of another model: which keys.
        OSError: the file cannot be read or fetched.
    """
    checkpoint = _load_checkpoint(filename, map_location)
    state_dict = revise(get_weights(checkpoint, filename), revise_keys)
    load_state_dict(model, state_dict, strict, logger, source=str(filename))
    return checkpoint


def load_state_dict(
    module: nn.Module,
    state_dict: Mapping[str, torch.Tensor],
    strict: bool = False,
    logger: logging.Logger | None = None,
    source: str = 'the state_dict',
) -> None:
    """Load what fits and report what does not: unexpected keys, missing ones, other shapes.

    A missing ``num_batches_tracked`` is no difference: old checkpoints have none.

    Raises:
        CheckpointError: there is a difference and ``strict`` is set; what fits has been loaded.
    """
    module = unwrap(module)
    own = module.state_dict()
    state_dict = _rename_old_keys(state_dict, own)
    misshapen = [key for key, value in state_dict.items()
                 if key in own and isinstance(value, torch.Tensor) and value.shape != own[key].shape]
    fitting = OrderedDict((key, sharded_like(value, own[key]) if key in own else value)
                          for key, value in state_dict.items() if key not in misshapen)
    fitting._metadata = state_dict._metadata
    missing, unexpected = module.load_state_dict(fitting, strict=False)
    missing = [key for key in missing if not key.endswith('num_batches_tracked') and key not in misshapen]

    parts = []
    if missing:
        parts.append(f'{len(missing)} keys missing ({abbreviate(missing)})')
    if unexpected:
        parts.append(f'{len(unexpected)} keys unexpected ({abbreviate(unexpected)})')
    if misshapen:
        shapes = [f'{key}: {tuple(state_dict[key].shape)} there, {tuple(own[key].shape)} here' for key in misshapen]
        parts.append(f'{len(misshapen)} of another shape ({abbreviate(shapes)})')
    if not parts:
        return
    report = f'{source} does not fit the {type(module).__name__}: {"; ".join(parts)}'
    if strict:
        raise CheckpointError(f'{report}; is it of another architecture or number of classes?')
    if is_main():
        (logger or get_logger('mmcv')).warning(report)


def _rename_old_keys(state_dict, own):
    """Deformable convolutions of long ago kept their ``conv2.conv_offset`` beside themselves, as ``conv2_offset``."""
    renamed = OrderedDict()
    for key, value in state_dict.items():
        current = re.sub(r'_offset\.(weight|bias)$', r'.conv_offset.\1', key)
        renamed[current if key not in own and current in own else key] = value
    renamed._metadata = getattr(state_dict, '_metadata', OrderedDict())
    return renamed


def get_state_dict(module: nn.Module) -> 'OrderedDict[str, torch.Tensor]':
    """The state_dict of a module, without the prefix of a parallel wrapper; whole also where it is sharded."""
    state_dict = unwrap(module).state_dict()
    for key, value in state_dict.items():
        state_dict[key] = whole(value)
    return state_dict


def weights_to_cpu(state_dict: Mapping[str, torch.Tensor]) -> 'OrderedDict[str, torch.Tensor]':
    """A state_dict whose tensors lie on the CPU; the versions of its modules go along."""
    copied = OrderedDict((key, value.cpu()) for key, value in state_dict.items())
    copied._metadata = getattr(state_dict, '_metadata', OrderedDict())
    return copied


def get_weights(checkpoint: Any, source: str | Path = 'the checkpoint') -> Mapping[str, torch.Tensor]:
    """The state_dict in what was read: under 'state_dict', or the whole.

    Raises:
        CheckpointError: there is none.
    """
    weights = checkpoint.get('state_dict', checkpoint) if isinstance(checkpoint, Mapping) else None
    if not isinstance(weights, Mapping) or not any(isinstance(value, torch.Tensor) for value in weights.values()):
        raise CheckpointError(f'{source}: holds no state_dict')
    return weights


def revise(state_dict: Mapping[str, torch.Tensor], revise_keys: Any) -> 'OrderedDict[str, torch.Tensor]':
    """Rename keys by regular expressions: [(pattern, replacement), ...]."""
    metadata = getattr(state_dict, '_metadata', {})
    for pattern, replacement in revise_keys:
        state_dict = OrderedDict((re.sub(pattern, replacement, key), value) for key, value in state_dict.items())
        metadata = OrderedDict((re.sub(pattern, replacement, key), value) for key, value in metadata.items())
    revised = OrderedDict(state_dict)
    revised._metadata = metadata
    return revised


def _load_checkpoint(filename: str | Path, map_location: Any = None, logger: Any = None) -> Any:
    """The content of a checkpoint, wherever it lies; ``logger`` is there for old callers."""
    return read_checkpoint(resolve(filename), map_location)


def _load_checkpoint_with_prefix(
    prefix: str, filename: str | Path, map_location: Any = None
) -> 'OrderedDict[str, torch.Tensor]':
    """The part of a state_dict below ``prefix`` ('backbone' or 'backbone.'), without it.

    Raises:
        CheckpointError: no key has this prefix.
    """
    weights = revise(get_weights(_load_checkpoint(filename, map_location), filename), STRIP_MODULE)
    prefix = prefix.rstrip('.') + '.'
    part = OrderedDict((key[len(prefix):], value) for key, value in weights.items() if key.startswith(prefix))
    if not part:
        raise CheckpointError(f'{filename}: no key begins with {prefix!r}; they are like {abbreviate(list(weights))}')
    return part


def save_checkpoint(model: nn.Module, filename: str | Path, optimizer: Any = None, meta: dict | None = None) -> None:
    """Write the weights of a model, an optimizer's state (or a dict of optimizers'), and ``meta``.

    Raises:
        OSError: it cannot be written; what was there before is intact.
    """
    checkpoint = {'meta': {**(meta or {}), 'mmcv_version': __version__, 'time': time.asctime()},
                  'state_dict': weights_to_cpu(get_state_dict(model))}
    classes = getattr(unwrap(model), 'CLASSES', None)
    if classes is not None:
        checkpoint['meta'].update(CLASSES=classes, PALETTE=getattr(unwrap(model), 'PALETTE', None))
    if optimizer is not None:
        checkpoint['optimizer'] = ({name: one.state_dict() for name, one in optimizer.items()}
                                   if isinstance(optimizer, dict) else optimizer.state_dict())
    write_checkpoint(checkpoint, filename)
