"""Activation layers that configs name."""

import inspect

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from mmcv.ops import is_watched, prelu_backward

from .registry import ACTIVATION_LAYERS, build_layer, find

for _cls in (nn.ReLU, nn.LeakyReLU, nn.RReLU, nn.ReLU6, nn.ELU, nn.Sigmoid, nn.Tanh, nn.SiLU, nn.GELU):
    ACTIVATION_LAYERS.register_module(module=_cls)
ACTIVATION_LAYERS.register_module('HSwish', module=nn.Hardswish)


@ACTIVATION_LAYERS.register_module(['Clamp', 'Clip'])
class Clamp(nn.Module):
    """Cut values to [min, max].

    Args:
        min, max: the bounds.
    """

    def __init__(self, min: float = -1.0, max: float = 1.0) -> None:
        super().__init__()
        self.min = min
        self.max = max

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Value by value."""
        return x.clamp(self.min, self.max)


@ACTIVATION_LAYERS.register_module()
class HSigmoid(nn.Module):
    """Hard sigmoid: clamp((x + bias) / divisor, min_value, max_value).

    Args:
        bias, divisor, min_value, max_value: the numbers of this formula.

    Raises:
        ValueError: ``divisor`` is 0.
    """

    def __init__(self, bias: float = 3.0, divisor: float = 6.0, min_value: float = 0.0, max_value: float = 1.0) -> None:
        super().__init__()
        if divisor == 0:
            raise ValueError('HSigmoid: divisor is 0')
        self.bias = bias
        self.divisor = divisor
        self.min_value = min_value
        self.max_value = max_value

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Value by value."""
        return ((x + self.bias) / self.divisor).clamp(self.min_value, self.max_value)


@ACTIVATION_LAYERS.register_module()
class Swish(nn.Module):
    """x * sigmoid(x)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Value by value."""
        return nn.functional.silu(x)


class HSwish(nn.Module):
    """Hard swish as mmcv 1.x wrote it, x * relu6(x + 3) / 6; a config's 'HSwish' is torch's, the same up to rounding.

    Args:
        inplace: let the ReLU6 work in place.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.act = nn.ReLU6(inplace)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Value by value."""
        return x * self.act(x + 3) / 6


class ReLUOfInput(nn.ReLU):
    """A ReLU whose result may be changed in place: the gradient is computed from its input, as torch did until 1.9."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Value by value."""
        return nn.functional.threshold(x, 0, 0) if x.requires_grad else super().forward(x)


@ACTIVATION_LAYERS.register_module()
class PReLU(nn.PReLU):
    """``nn.PReLU``, whose gradients torch computes number by number on a CPU: a fifth of what CGNet trains for.

    Delving Deep into Rectifiers, He et al. 2015, https://arxiv.org/abs/1502.01852.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, ...), value by value."""
        if torch.is_grad_enabled() and x.device.type == 'cpu' and x.dim() > 1 and not is_watched():
            return _PReLU.apply(x, self.weight)
        return super().forward(x)


class _PReLU(torch.autograd.Function):
    """Whole maps at a time; the gradients can be differentiated again."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return torch.prelu(x, weight)

    @staticmethod
    def backward(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor, Tensor]:
        x, weight = ctx.saved_tensors
        by_x, by_weight = prelu_backward(grad, x, weight.expand(x.shape[1]))
        return by_x, by_weight.sum_to_size(weight.shape)


def build_activation_layer(cfg: dict, inplace: bool | None = None) -> nn.Module:
    """Build an activation.

    Args:
        cfg: ``dict(type=NAME, ...)``.
        inplace: used where the layer can work in place and ``cfg`` does not say.
    """
    can_choose = 'inplace' in inspect.signature(find(cfg, ACTIVATION_LAYERS)).parameters
    options = dict(inplace=inplace) if can_choose and inplace is not None else {}
    return build_layer(cfg, ACTIVATION_LAYERS, **options)
