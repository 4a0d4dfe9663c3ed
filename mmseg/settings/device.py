"""Where a model runs, decided for every tool and function in this one place."""

import warnings

import torch


def choose_device(argument: str | torch.device | None, configured: str | torch.device | None) -> torch.device:
    """The device of a run: what the caller asks for, else what the config says, else a GPU where there is one.

    Args:
        argument: of a function or of the command line.
        configured: ``device`` of a config. That may come from another machine: in the place of a GPU that is not here
            stands the usual device, with a warning.

    Raises:
        ValueError: ``argument`` is no device, or a GPU on a machine without one.
    """
    if argument is not None:
        try:
            device = torch.device(argument)
        except (TypeError, RuntimeError):
            raise ValueError(f"device is {argument!r}: use 'cpu', 'cuda' or 'cuda:0'") from None
        if not _is_here(device):
            raise ValueError(f"device is '{device}', but torch finds no such GPU here: use '{_usual()}'")
        return device
    if configured is None:
        return _usual()
    device = torch.device(configured)
    if _is_here(device):
        return device
    usual = _usual()
    warnings.warn(f"device is '{device}' in the config, but torch finds no such GPU: '{usual}' it is", stacklevel=1)
    return usual


def _usual() -> torch.device:
    return torch.device('cuda' if torch.cuda.is_available() else 'cpu')


def _is_here(device: torch.device) -> bool:
    if device.type in ('cpu', 'meta'):
        return True
    try:
        backend = torch.get_device_module(device.type)
        return backend.is_available() and (device.index or 0) < backend.device_count()
    except (RuntimeError, AttributeError):  # a kind that this torch was not built for
        return False
