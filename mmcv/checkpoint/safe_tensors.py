"""Weights as ``.safetensors`` files: tensors without a pickle, and what a checkpoint says beside them as JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from mmcv.fileio import atomic_write

from .errors import CheckpointError

SUFFIX = '.safetensors'
_META = 'meta'


def write_safe_tensors(state_dict: Mapping[str, torch.Tensor], path: str | Path, meta: Mapping[str, Any]) -> None:
    """Write weights, and ``meta``, so that the file is there in full or not at all.

    Args:
        state_dict: tensors on any device; those that share memory are written one by one.
        path: the file.
        meta: what JSON takes.

    Raises:
        CheckpointError: the package safetensors is not installed.
        OSError: it cannot be written.
    """
    library = _library(path)
    tensors = {key: value.detach().cpu().contiguous().clone() for key, value in state_dict.items()}
    with atomic_write(path) as file:
        file.write(library.torch.save(tensors, {'format': 'pt', _META: json.dumps(meta)}))


def read_safe_tensors(path: str | Path, map_location: object = 'cpu') -> dict[str, Any]:
    """A checkpoint out of a ``.safetensors`` file: ``state_dict``, and ``meta`` where we wrote it.

    Args:
        path: the file.
        map_location: a device; what else ``torch.load`` takes there stands for the CPU.

    Raises:
        CheckpointError: the file is damaged, or the package safetensors is not installed.
    """
    library = _library(path)
    device = map_location if isinstance(map_location, (str, torch.device)) else 'cpu'
    try:
        with library.safe_open(str(path), framework='pt') as file:
            said = (file.metadata() or {}).get(_META)
            state_dict = {key: file.get_tensor(key).to(device) for key in file.keys()}  # noqa: SIM118
    except library.SafetensorError as error:
        raise CheckpointError(f'{path}: damaged, or no file of safetensors: {error}') from error
    try:
        meta = json.loads(said or '{}')
    except ValueError:
        meta = {}  # another's
    return {'state_dict': state_dict, 'meta': meta if isinstance(meta, dict) else {}}


def has_safe_tensors() -> bool:
    """Whether the package is installed."""
    try:
        _library('')
    except CheckpointError:
        return False
    return True


def _library(path: str | Path) -> ModuleType:
    try:
        import safetensors
        import safetensors.torch
    except ImportError as error:
        raise CheckpointError(f'{path}: needs a package: pip install safetensors ({error})') from error
    return safetensors
