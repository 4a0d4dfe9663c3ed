"""Loss scaling and half models as mmcv 1.x did them by hand; our own hooks use torch.amp."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmcv.amp import cast_tensor_type


class LossScaler:
    """A loss scale that goes down when a gradient overflows, and up after a while without one.

    Args:
        init_scale: to begin with.
        mode: 'dynamic', or 'static', which never changes it.
        scale_factor: by which it goes down and up.
        scale_window: iterations without an overflow before it goes up.

    Raises:
        ValueError: another mode.
    """

    def __init__(
        self, init_scale: float = 2**32, mode: str = 'dynamic', scale_factor: float = 2.0, scale_window: int = 1000,
    ) -> None:
        if mode not in ('dynamic', 'static'):
            raise ValueError(f"LossScaler: mode is 'dynamic' or 'static', not {mode!r}")
        self.cur_scale = init_scale
        self.cur_iter = 0
        self.mode = mode
        self.last_overflow_iter = -1
        self.scale_factor = scale_factor
        self.scale_window = scale_window

    @property
    def loss_scale(self) -> float:
        return self.cur_scale

    def has_overflow(self, params: Iterable[nn.Parameter]) -> bool:
        """Whether a gradient is infinite or nan; never in static mode."""
        return self.mode == 'dynamic' and any(
            not param.grad.isfinite().all() for param in params if param.grad is not None)

    def update_scale(self, overflow: bool) -> None:
        """Count an iteration."""
        if self.mode != 'dynamic':
            return
        if overflow:
            self.cur_scale = max(self.cur_scale / self.scale_factor, 1)
            self.last_overflow_iter = self.cur_iter
        elif (self.cur_iter - self.last_overflow_iter) % self.scale_window == 0:
            self.cur_scale *= self.scale_factor
        self.cur_iter += 1

    def state_dict(self) -> dict[str, Any]:
        """All of it, as plain data."""
        return dict(vars(self))

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where another one stood."""
        vars(self).update({name: state_dict[name] for name in vars(self)})


def patch_norm_fp32(module: nn.Module) -> nn.Module:
    """Let the batch and group norms of a half model compute in float32; inputs and outputs stay half."""
    for norm in module.modules():
        if isinstance(norm, (_BatchNorm, nn.GroupNorm)):
            norm.float()
            if isinstance(norm, nn.GroupNorm):
                norm.forward = patch_forward_method(norm.forward, torch.half, torch.float)
    return module


def patch_forward_method(
    func: Callable, src_type: torch.dtype, dst_type: torch.dtype, convert_output: bool = True,
) -> Callable:
    """A function that computes in another type.

    Args:
        func: what computes.
        src_type, dst_type: tensors of the first are turned into the second before.
        convert_output: turn the results back.
    """
    def forward(*args: Any, **kwargs: Any) -> Any:
        output = func(*cast_tensor_type(args, src_type, dst_type), **cast_tensor_type(kwargs, src_type, dst_type))
        return cast_tensor_type(output, dst_type, src_type) if convert_output else output

    return forward
