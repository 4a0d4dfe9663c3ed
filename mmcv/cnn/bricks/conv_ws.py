"""Convolutions whose weights are standardised (https://arxiv.org/abs/1903.10520)."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from .registry import CONV_LAYERS


def conv_ws_2d(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
    eps: float = 1e-5,
) -> torch.Tensor:
    """Convolve with the weights of each output channel brought to mean 0 and standard deviation 1.

    Args:
        input: (N, C, H, W).
        weight: (O, C / groups, kh, kw).
        bias, stride, padding, dilation, groups: as of ``torch.nn.functional.conv2d``.
        eps: added to the standard deviation.
    """
    std, mean = torch.std_mean(weight, dim=(1, 2, 3), keepdim=True)
    return F.conv2d(input, (weight - mean) / (std + eps), bias, stride, padding, dilation, groups)


@CONV_LAYERS.register_module('ConvWS')
class ConvWS2d(nn.Conv2d):
    """:func:`conv_ws_2d` as a module.

    Args:
        in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias: as of ``nn.Conv2d``.
        eps: added to the standard deviation.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
        eps: float = 1e-5,
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias)
        self.eps = eps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return conv_ws_2d(
            x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups, self.eps)


@CONV_LAYERS.register_module('ConvAWS')
class ConvAWS2d(nn.Conv2d):
    """A convolution whose standardised weights get the scale and the shift of those it was trained with.

    That is adaptive weight standardisation (DetectoRS, https://arxiv.org/abs/2006.02334): an ordinary convolution's
    weights can be loaded, and the layer then starts from the same function.

    Args:
        in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias: as of ``nn.Conv2d``.

    Attributes:
        weight_gamma, weight_beta: scale and shift per output channel, (O, 1, 1, 1).
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias)
        self.register_buffer('weight_gamma', torch.ones(out_channels, 1, 1, 1))
        self.register_buffer('weight_beta', torch.zeros(out_channels, 1, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight = self._get_weight(self.weight)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    def _get_weight(self, weight: torch.Tensor) -> torch.Tensor:
        """The standardised weights, scaled and shifted."""
        mean, std = self._statistics(weight)
        return self.weight_gamma * ((weight - mean) / std) + self.weight_beta

    def _statistics(self, weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and standard deviation of the weights per output channel, (O, 1, 1, 1)."""
        var, mean = torch.var_mean(weight, dim=(1, 2, 3), keepdim=True)
        return mean, (var + 1e-5).sqrt()

    def _load_from_state_dict(
        self, state_dict: dict, prefix: str, local_metadata: dict, strict: bool, missing_keys: list[str], *args: Any
    ) -> None:
        """An ordinary convolution has no scale and shift, or none that is one: they follow from its weights."""
        missing: list[str] = []
        super()._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing, *args)
        if f'{prefix}weight_gamma' in missing or self.weight_gamma.mean() <= 0:
            with torch.no_grad():
                mean, std = self._statistics(self.weight)
                self.weight_beta.copy_(mean)
                self.weight_gamma.copy_(std)
            missing = [key for key in missing if key not in (f'{prefix}weight_gamma', f'{prefix}weight_beta')]
        missing_keys += missing
