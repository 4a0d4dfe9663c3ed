"""Batches on their way to a device."""

from collections.abc import Mapping
from typing import Any

import torch


def to_device(batch: Any, device: torch.device | str | int, non_blocking: bool = True) -> Any:
    """Move every tensor in a nest of dicts, lists and tuples; the rest, such as ``img_metas``, is kept as it is."""
    if isinstance(batch, torch.Tensor):
        return batch.to(device, non_blocking=non_blocking)
    if isinstance(batch, Mapping):
        return type(batch)({key: to_device(value, device, non_blocking) for key, value in batch.items()})
    if isinstance(batch, tuple) and hasattr(batch, '_fields'):
        return type(batch)(*(to_device(value, device, non_blocking) for value in batch))
    if isinstance(batch, (list, tuple)):
        return type(batch)(to_device(value, device, non_blocking) for value in batch)
    return batch


def scatter(inputs: Any, target_gpus: list, dim: int = 0) -> list:
    """The batch on its one device, in a list as the 0.x callers expect; a GPU number of -1 is the CPU.

    Raises:
        ValueError: more than one GPU; a process drives one.
    """
    return [to_device(inputs, device_of(target_gpus))]


def device_of(device_ids: Any) -> torch.device:
    """The device that ``device_ids`` of the 0.x wrappers names: [0], [-1] (the CPU), [torch.device('cpu')], []."""
    ids = [device_ids] if isinstance(device_ids, (int, str, torch.device)) else list(device_ids)
    if len(ids) > 1:
        raise ValueError(f'device_ids={ids}: a process drives one GPU; start one a GPU with train_dist.sh CONFIG GPUS')
    if not ids or ids[0] == -1:
        return torch.device('cpu')
    return torch.device('cuda', ids[0]) if isinstance(ids[0], int) else torch.device(ids[0])
