"""Batches in the shares of several devices, of which a process of ours has one."""

from collections.abc import Sequence

import torch

from mmcv.parallel.device import device_of, to_device

Tensors = torch.Tensor | list['Tensors']


def get_input_device(input: Tensors) -> int:
    """The GPU of a tensor, or of the first one in nested lists that lies on one; -1 is the CPU.

    Raises:
        ValueError: anything but tensors and lists of them.
    """
    if isinstance(input, torch.Tensor):
        return input.get_device() if input.is_cuda else -1
    _check_list(input)
    return next((device for device in map(get_input_device, input) if device != -1), -1)


def scatter(input: Tensors, devices: Sequence[int], streams: Sequence[torch.cuda.Stream] | None = None) -> Tensors:
    """Tensors, or nested lists of them, on the one device.

    Args:
        input: what travels.
        devices: one number of a GPU; -1 is the CPU.
        streams: without effect; old callers give them.

    Raises:
        ValueError: anything but tensors and lists of them, or several devices.
    """
    if not isinstance(input, torch.Tensor):
        _check_list(input)
        return [scatter(entry, devices) for entry in input]
    return to_device(input, device_of(devices), non_blocking=True)


class Scatter:
    """Tensors on the devices of a data parallel model."""

    @staticmethod
    def forward(target_gpus: Sequence[int], input: Tensors) -> tuple[Tensors, ...]:
        """What :func:`scatter` gives, as a tuple; a tensor alone as a tuple of one."""
        outputs = scatter(input, target_gpus)
        return tuple(outputs) if isinstance(outputs, list) else (outputs,)


def _check_list(input: object) -> None:
    if not isinstance(input, list):
        raise ValueError(f'scatter: a {type(input).__name__} is neither a tensor nor a list of them')
