"""What is left of a checkpoint when nothing but the model is wanted."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmcv.checkpoint import (
    STRIP_MODULE,
    fetch_checkpoint,
    get_weights,
    has_safe_tensors,
    revise,
    separate_averages,
    weights_to_cpu,
    write_checkpoint,
    write_safe_tensors,
)
from mmcv.checkpoint.files import is_of_an_epoch
from mmcv.fileio import file_digest

#: Of ``meta`` what belongs to the model, and not to the machine or the folders that it was trained on.
_KEPT = ('CLASSES', 'PALETTE', 'mmseg_version', 'mmcv_version', 'epoch', 'iter')
_DIGITS = 8


def strip(name: str | Path) -> dict[str, Any]:
    """``state_dict`` and ``meta`` of a checkpoint, without all that only a run goes on with.

    Of weights that were averaged in training (EMAHook, ours and mmcv's) these are the averages.

    Args:
        name: a path or an address, as for :func:`mmcv.checkpoint.load_checkpoint`.
    """
    checkpoint = fetch_checkpoint(name)
    weights = revise(get_weights(checkpoint, name), STRIP_MODULE)
    weights, _ = separate_averages(weights, is_of_an_epoch(name))
    meta = checkpoint.get('meta')
    meta = dict(meta) if isinstance(meta, Mapping) else {}
    return {'meta': meta, 'state_dict': weights_to_cpu(weights)}


def strip_file(source: str | Path, target: str | Path) -> Path:
    """Write a checkpoint without what only a run goes on with, as mmsegmentation 0.x publishes it.

    Args:
        source: a checkpoint.
        target: ``NAME.pth``; the file becomes ``NAME-HASH.pth``.

    Returns:
        The file.
    """
    target = Path(target)
    return _named_by_hash(target.with_name(target.name.removesuffix('.pth')), '.pth', strip(source))


def write_weights(checkpoint: Mapping[str, Any], stem: Path, extra: Mapping[str, Any]) -> list[Path]:
    """Write weights as ``STEM-HASH.pth`` and, where the package is installed, ``STEM-HASH.safetensors``.

    Args:
        checkpoint: from :func:`strip`.
        stem: folder and beginning of the names.
        extra: what ``meta`` says besides, classes and palette for example.

    Returns:
        The files.
    """
    meta = {**{key: checkpoint['meta'][key] for key in _KEPT if key in checkpoint['meta']}, **extra}
    content = {'meta': _plain(meta), 'state_dict': checkpoint['state_dict']}
    suffixes = ['.pth'] + ['.safetensors'] * has_safe_tensors()
    return [_named_by_hash(stem, suffix, content) for suffix in suffixes]


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with open(path, 'rb') as file:
        return file_digest(file)


def _named_by_hash(stem: Path, suffix: str, content: Mapping[str, Any]) -> Path:
    unnamed = stem.with_name(f'{stem.name}.unfinished{suffix}')
    if suffix == '.pth':
        write_checkpoint(dict(content), unnamed)
    else:
        write_safe_tensors(content['state_dict'], unnamed, content['meta'])
    path = stem.with_name(f'{stem.name}-{digest(unnamed)[:_DIGITS]}{suffix}')
    os.replace(unnamed, path)
    return path


def _plain(value: object) -> object:
    """The same in lists, dicts and Python's own numbers."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (np.ndarray, np.generic, torch.Tensor)):
        return value.tolist()
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value
