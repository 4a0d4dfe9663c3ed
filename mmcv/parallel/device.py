"""Batches on their way to a device."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import torch
from torch import nn

from .data_container import DataContainer

Batch = TypeVar('Batch')
Device = int | str | torch.device
#: What the 0.x wrappers take as the devices of one process.
DeviceIds = Device | Sequence[Device]


def to_device(batch: Batch, device: Device, non_blocking: bool = True) -> Batch:
    """Move every tensor in a nest of dicts, lists and tuples; the rest, such as ``img_metas``, is kept as it is.

    A :class:`~mmcv.parallel.DataContainer` of a batch gives what is in it.

    Raises:
        ValueError: a container has more than one entry, of which a process would need one GPU each.
    """
    if isinstance(batch, torch.Tensor):
        return batch.to(device, non_blocking=non_blocking)
    if isinstance(batch, DataContainer):
        content = _only_entry(batch)
        return content if batch.cpu_only else to_device(content, device, non_blocking)
    if isinstance(batch, Mapping):
        return type(batch)({key: to_device(value, device, non_blocking) for key, value in batch.items()})
    if isinstance(batch, tuple) and hasattr(batch, '_fields'):
        return type(batch)(*(to_device(value, device, non_blocking) for value in batch))
    if isinstance(batch, (list, tuple)):
        return type(batch)(to_device(value, device, non_blocking) for value in batch)
    return batch


def _only_entry(container: DataContainer) -> Any:
    if not isinstance(container.data, list):
        return container.data  # of a sample
    if len(container.data) != 1:
        raise ValueError(f'a DataContainer of {len(container.data)} entries for one device: collate the batch with '
                         'samples_per_gpu=len(batch)')
    return container.data[0]


def scatter_kwargs(
    inputs: tuple, kwargs: dict[str, Any], target_gpus: DeviceIds, dim: int = 0,
) -> tuple[tuple[tuple, ...], tuple[dict[str, Any], ...]]:
    """The arguments of a call on their one device, in tuples of one as the 0.x wrappers take them."""
    device = device_of(target_gpus)
    return (to_device(inputs, device),), (to_device(kwargs, device),)


def scatter(inputs: Batch, target_gpus: DeviceIds, dim: int = 0) -> list[Batch]:
    """The batch on its one device, in a list as the 0.x callers expect; a GPU number of -1 is the CPU.

    Raises:
        ValueError: more than one GPU; a process drives one.
    """
    return [to_device(inputs, device_of(target_gpus))]


def device_of(device_ids: DeviceIds) -> torch.device:
    """The device that ``device_ids`` of the 0.x wrappers names: [0], [-1] (the CPU), [torch.device('cpu')], [].

    A number is the CPU too on a machine without a GPU, as in ``torch.nn.DataParallel``.
    """
    ids = [device_ids] if isinstance(device_ids, (int, str, torch.device)) else list(device_ids)
    if len(ids) > 1:
        raise ValueError(f'device_ids={ids}: a process drives one GPU; start one per GPU: train_dist.sh CONFIG GPUS')
    if ids and not isinstance(ids[0], int):
        return torch.device(ids[0])
    is_gpu = ids and ids[0] != -1 and torch.cuda.is_available()
    return torch.device('cuda', ids[0]) if is_gpu else torch.device('cpu')


def device_for(module: nn.Module, device_ids: DeviceIds | None) -> torch.device:
    """The device that a wrapper brings its model to; with None the one where it lies."""
    if device_ids is not None:
        return device_of(device_ids)
    return next((parameter.device for parameter in module.parameters()), torch.device('cpu'))
