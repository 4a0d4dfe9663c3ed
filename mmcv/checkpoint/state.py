"""The state of a run: what its checkpoints hold, and how another run goes on from one."""

import contextlib
import logging
import time
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from mmcv import dist
from mmcv.version import __version__

from .averages import separate_averages, trained_of_mmengine
from .errors import CheckpointError
from .files import finished_iterations, is_of_an_epoch, write_checkpoint
from .load import load_state_dict
from .rng import gather_rng_states
from .shards import shard_optimizer_state, whole
from .weights import STRIP_MODULE, get_state_dict, get_weights, revise, weights_to_cpu
from .wrappers import unwrap

Optimizers = Optimizer | Mapping[str, Optimizer] | None


@dataclass
class Position:
    """Where the run that a checkpoint is of stood.

    Attributes:
        iteration, epoch: how many were finished.
        hook_msgs: what its hooks told each other, plain data.
        rng: the random state of this rank, see :func:`~mmcv.checkpoint.rng.get_rng_state`; None if the file has none.
        remark: why ``iteration`` is not certain, or None.
    """

    iteration: int
    epoch: int
    hook_msgs: dict[str, Any]
    rng: dict[str, Any] | None
    remark: str | None


def class_facts(model: nn.Module) -> dict[str, Any]:
    """``CLASSES`` and ``PALETTE`` of a model, wrapped or not, as the ``meta`` of checkpoints has them; those it has."""
    found = {name: getattr(unwrap(model), name, None) for name in ('CLASSES', 'PALETTE')}
    return {name: value for name, value in found.items() if value is not None}


def named_optimizers(optimizer: Optimizers) -> dict[str, Optimizer]:
    """The optimizers by name; a single one by its class."""
    if isinstance(optimizer, Mapping):
        return dict(optimizer)
    return {} if optimizer is None else {type(optimizer).__name__: optimizer}


def save_checkpoint(
    model: nn.Module, filename: str | Path, optimizer: Optimizers = None, meta: dict | None = None,
    file_client_args: dict | None = None,
) -> None:
    """Write the weights of a model, an optimizer's state (or a dict of optimizers'), and ``meta``.

    Args:
        model: wrapped or not.
        filename, file_client_args: as of :func:`~mmcv.checkpoint.write_checkpoint`.
        optimizer: one, or several by name.
        meta: kept as it is.

    Raises:
        ValueError: ``meta`` is no dict.
        OSError: it cannot be written; what was there before is intact.
    """
    if meta is not None and not isinstance(meta, dict):
        raise ValueError(f'save_checkpoint: meta is {meta!r}: give a dict')
    checkpoint = _content(model, meta or {})
    if optimizer is not None:
        checkpoint['optimizer'] = _optimizer_state(optimizer)
    write_checkpoint(checkpoint, filename, file_client_args)


def state_of_run(
    model: nn.Module, optimizer: Optimizers, meta: dict, position: dict[str, int], save_optimizer: bool = True
) -> dict[str, Any]:
    """All that the next step of a run depends on, but for what its hooks add; every rank has to call it.

    Args:
        model: wrapped or not.
        optimizer: one, or several by name; None stands for no state.
        meta: kept as it is.
        position: ``iter`` and ``epoch`` of ``meta``.
        save_optimizer: also what only a resumed run needs.
    """
    checkpoint = _content(model, {**meta, **position})
    checkpoint['resume'] = {'rng': gather_rng_states()}
    if save_optimizer:
        checkpoint['optimizer'] = _optimizer_state(optimizer)
    return checkpoint


def restore_run(
    content: MutableMapping[str, Any],
    source: str | Path,
    model: nn.Module,
    optimizer: Optimizers,
    resume_optimizer: bool = True,
    logger: logging.Logger | None = None,
) -> Position:
    """Put model and optimizer where a run stood.

    Args:
        content: of a checkpoint; inside of :func:`ours_only` a strange one ends in one line.
        source: its file, for messages.
        model, optimizer: changed in place.
        resume_optimizer: also the optimizer's state.
        logger: hears of keys that differ.

    Raises:
        CheckpointError: it is of another model, or holds no position or no state of this optimizer.
    """
    state_dict = revise(get_weights(content, source), STRIP_MODULE)
    meta = content.get('meta')
    if not isinstance(meta, dict) or 'iter' not in meta:
        raise CheckpointError(f'{source}: says no iteration to resume from: use --load-from for weights alone')
    names = [name for name, _ in unwrap(model).named_parameters()]
    state_dict, trained = separate_averages(state_dict, is_of_an_epoch(source), names)
    trained = trained or trained_of_mmengine(content, names)
    if trained:
        content['ema'] = trained  # as our own files have them
    load_state_dict(model, state_dict, strict=True, logger=logger, source=str(source))
    if resume_optimizer:
        _restore_optimizer(content, source, optimizer)
    iteration, remark = finished_iterations(content, source)
    of_ranks, (rank, _) = content.get('resume', {}).get('rng', []), dist.get_dist_info()
    return Position(
        iteration, int(meta.get('epoch', 0)), _plain(meta.get('hook_msgs') or {}),
        of_ranks[rank] if rank < len(of_ranks) else None, remark)


@contextlib.contextmanager
def ours_only(source: str | Path) -> Iterator[None]:
    """Inside, a checkpoint that is sound, but of a program that is not ours, is refused in one line."""
    try:
        yield
    except (TypeError, AttributeError, LookupError) as error:
        raise CheckpointError(f'{source}: holds a state that no run here has saved ({type(error).__name__}: '
                              f'{error}): use --load-from for its weights alone') from error


def _content(model: nn.Module, meta: dict) -> dict[str, Any]:
    return {'meta': {**meta, **class_facts(model), 'mmcv_version': __version__, 'time': time.asctime()},
            'state_dict': weights_to_cpu(get_state_dict(model))}


def _optimizer_state(optimizer: Optimizers) -> dict[str, Any]:
    """That of one, or of several by name."""
    states = {name: whole(one.state_dict()) for name, one in named_optimizers(optimizer).items()}
    return states if isinstance(optimizer, Mapping) else next(iter(states.values()), {})


def _restore_optimizer(content: Mapping[str, Any], source: str | Path, optimizer: Optimizers) -> None:
    if 'optimizer' not in content:
        raise CheckpointError(f'{source}: holds no optimizer state: use --load-from to start from its weights')
    optimizers, states = named_optimizers(optimizer), content['optimizer']
    if not isinstance(optimizer, Mapping):
        states = dict.fromkeys(optimizers, states)
    try:
        for name, one in optimizers.items():
            one.load_state_dict(shard_optimizer_state(states[name], one))
            _lay_as_parameters(one)
            _check_kind(one)
    except (ValueError, KeyError) as error:
        raise CheckpointError(f'{source}: its optimizer state does not fit the optimizer of the config: {error}; '
                              'use --load-from to start from its weights') from error


def _lay_as_parameters(optimizer: Optimizer) -> None:
    """Let state lie in memory as its parameter does, which torch's fused optimizers take for granted."""
    for parameter, values in optimizer.state.items():
        for name, value in values.items():
            if isinstance(value, torch.Tensor) and value.shape == parameter.shape and (
                    value.stride() != parameter.stride()):
                values[name] = torch.empty_like(parameter, dtype=value.dtype, device=value.device).copy_(value)


def _check_kind(optimizer: Optimizer) -> None:
    """Raise a ValueError if the state that was loaded is of an optimizer with other settings.

    Switches may lack, which newer versions of torch have added.
    """
    settings = {key for key, value in optimizer.defaults.items() if not isinstance(value, (bool, type(None)))}
    lacking = {key for group in optimizer.param_groups for key in settings - group.keys()}
    if lacking:
        raise ValueError(f'it is of another kind, without {", ".join(sorted(lacking))}')


def _plain(values: dict) -> dict[str, Any]:
    """Without what is no plain data; numpy numbers, which old checkpoints hold, as python's."""
    plain = {}
    for key, value in values.items():
        if isinstance(value, dict):
            plain[key] = _plain(value)
        elif isinstance(value, (str, int, float, list, np.generic, type(None))):
            plain[key] = value.item() if isinstance(value, np.generic) else value
    return plain
