"""What a part of a model would give, found out without computing anything: on torch's meta device."""

import contextlib
from collections.abc import Iterator, Sequence

import torch
from torch import nn

from mmcv.checkpoint import kept_rng_state


def probe(module: nn.Module, inputs: torch.Tensor | Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
    """Run a module in eval mode on tensors of the meta device, which have shapes and no content.

    Its weights stay where and as they are.

    Raises:
        ValueError, RuntimeError: the module does not take such tensors; or, for no fault of its own, uses operators
            that the meta device lacks.
    """
    state = {**dict(module.named_parameters(remove_duplicate=False)), **dict(module.named_buffers())}
    shapes = {name: torch.empty_like(tensor, device='meta') for name, tensor in state.items()}
    with torch.no_grad(), kept_rng_state(), _eval_mode(module):
        return torch.func.functional_call(module, shapes, (inputs,), tie_weights=False)


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
