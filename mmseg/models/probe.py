"""What a part of a model would give, found out without computing anything: on torch's meta device."""

import contextlib
import weakref
from collections.abc import Iterator, Sequence

import torch
from torch import nn
from torch.nn.modules.conv import _ConvNd
from torch.nn.modules.module import register_module_forward_pre_hook

from mmcv.checkpoint import kept_rng_state, unwrap

_IMAGE_CHANNELS: weakref.WeakKeyDictionary[nn.Module, int | None] = weakref.WeakKeyDictionary()
_ODD_CHANNELS = 1009  # that no convolution is made for; a prime, far above what is added to or cut off an image


class OtherChannels(ValueError):
    """A convolution gets a map of other channels than it was made for.

    Attributes:
        made_for, given: their numbers.
    """

    def __init__(self, made_for: int, given: int) -> None:
        super().__init__(f'a convolution for {made_for} channels gets a map of {given}')
        self.made_for, self.given = made_for, given


def probe(module: nn.Module, inputs: torch.Tensor | Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
    """Run a module in eval mode on tensors of the meta device, which have shapes and no content.

    Its weights stay where and as they are.

    Raises:
        OtherChannels: within the module.
        ValueError, RuntimeError: the module does not take such tensors; or, for no fault of its own, uses operators
            that the meta device lacks.
    """
    shapes = {name: torch.empty_like(tensor, device='meta') for name, tensor in _tensors(module)}
    with torch.no_grad(), kept_rng_state(), _eval_mode(module):
        hook = register_module_forward_pre_hook(_check_channels)
        try:
            return torch.func.functional_call(module, shapes, (inputs,), tie_weights=False)
        finally:
            hook.remove()


def _tensors(module: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    """Parameters and buffers by name: once per part that has them, however often the part itself is used."""
    for prefix, part in module.named_modules():
        for tensors in (part.named_parameters, part.named_buffers):
            for name, tensor in tensors(recurse=False, remove_duplicate=False):
                yield f'{prefix}.{name}' if prefix else name, tensor


def _check_channels(module: nn.Module, inputs: tuple) -> None:
    if not isinstance(module, _ConvNd) or not isinstance(inputs[0], torch.Tensor):
        return
    given = inputs[0].shape[1] if inputs[0].dim() == module.weight.dim() else module.in_channels
    if given != module.in_channels:
        raise OtherChannels(module.in_channels, given)


@contextlib.contextmanager
def _eval_mode(module: nn.Module) -> Iterator[None]:
    """As for a prediction; afterwards each part is in the mode that it was in."""
    modes = {part: part.training for part in module.modules()}
    for part in modes:
        part.training = False
    try:
        yield
    finally:
        for part, mode in modes.items():
            part.training = mode


def image_channels(model: nn.Module) -> int | None:
    """The channels of the images that a model takes, as its backbone's first convolution tells; else None.

    Whatever comes before that convolution may turn pixels into channels, or add and cut off some.
    """
    backbone = dict(unwrap(model).named_children()).get('backbone')
    if backbone is None:
        return None
    if backbone not in _IMAGE_CHANNELS:
        _IMAGE_CHANNELS[backbone] = None
        try:
            probe(backbone, torch.empty(1, _ODD_CHANNELS, 64, 64, device='meta'))
        except OtherChannels as error:
            _IMAGE_CHANNELS[backbone] = _of_image(error)
        except Exception:  # whatever a user's module does on a device that it was not written for
            pass
    return _IMAGE_CHANNELS[backbone]


def _of_image(error: OtherChannels) -> int | None:
    """The channels of an image with which the convolution had got what it was made for."""
    times = round(error.given / _ODD_CHANNELS)
    added = error.given - times * _ODD_CHANNELS
    if not times or (error.made_for - added) % times:
        return None
    return (error.made_for - added) // times
