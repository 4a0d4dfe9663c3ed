"""A model on its device, wrapped for one process or for many."""

from typing import Any

import torch
from torch import nn

from mmcv import dist
from mmcv.parallel import MMDataParallel, MMDistributedDataParallel, MMFullyShardedDataParallel
from mmseg.settings import Settings

from .speed import speed_up


def wrap_for_device(model: nn.Module, settings: Settings, distributed: bool) -> nn.Module:
    """Move the model to its device, apply the keys of speed, and wrap it.

    Args:
        model: prepared for training or inference.
        settings: their ``device`` is taken; in a process group, the GPU that this process took when it joined.
        distributed: whether gradients are averaged over the group.
    """
    device = settings.device
    if device.type == 'cuda' and dist.is_distributed():
        device = torch.device('cuda', torch.cuda.current_device())
    elif device.type == 'cuda' and device.index is None:
        device = torch.device('cuda', settings.gpu_ids[0])
    model = speed_up(model.to(device), settings)
    ids = [device.index] if device.type == 'cuda' else None
    if not distributed:
        return MMDataParallel(model, device_ids=ids)
    if settings.fsdp is not None:
        return MMFullyShardedDataParallel(model, device_ids=ids, **settings.fsdp)
    return MMDistributedDataParallel(
        model, device_ids=ids, broadcast_buffers=False, static_graph=bool(settings.static_graph),
        find_unused_parameters=bool(settings.find_unused_parameters))


def build_dp(model: nn.Module, device: str = 'cuda', dim: int = 0, *args: Any, **kwargs: Any) -> MMDataParallel:
    """The 0.x way to wrap a model for one process.

    Args:
        model: it is moved.
        device: 'cuda' or 'cpu'; without a GPU it is the CPU.
        dim, *args, **kwargs: of :class:`mmcv.parallel.MMDataParallel`.
    """
    _put_on_cpu(device, kwargs)
    return MMDataParallel(model, *args, dim=dim, **kwargs)


def build_ddp(model: nn.Module, device: str = 'cuda', *args: Any, **kwargs: Any) -> MMDistributedDataParallel:
    """The 0.x way to wrap a model as one of many processes; arguments as of :func:`build_dp`.

    Raises:
        ValueError: another device.
    """
    _put_on_cpu(device, kwargs)
    return MMDistributedDataParallel(model, *args, **kwargs)


def _put_on_cpu(device: str, kwargs: dict[str, Any]) -> None:
    """Let a wrapper's arguments name the CPU, if that is the device or there is no other."""
    if device not in ('cuda', 'cpu'):
        raise ValueError(f"device is {device!r}: use 'cuda' or 'cpu'")
    if device == 'cpu' or not torch.cuda.is_available():
        kwargs['device_ids'] = None
