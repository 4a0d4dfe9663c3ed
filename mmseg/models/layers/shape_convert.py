"""Between maps (N, C, H, W) and tokens (N, H W, C)."""
from collections.abc import Callable, Sequence
from typing import Any

import torch

from mmcv.ops import holds
from mmcv.ops.onednn_conv import is_channels_last


def nlc_to_nchw(x: torch.Tensor, hw_shape: Sequence[int]) -> torch.Tensor:
    """Tokens (N, H W, C) to a map (N, C, H, W), which lies channels_last: contiguous tokens are not copied.

    Raises:
        ValueError: if ``hw_shape`` (H, W) is not theirs.
    """
    height, width = hw_shape
    if x.dim() != 3 or holds(x.shape[1] != height * width):
        raise ValueError(f'tokens of shape {tuple(x.shape)} are no map of {height} x {width} cells')
    # Turned round only then: the other way one image's map has a stride by which torch sees no channels_last.
    return x.unflatten(1, (height, width)).permute(0, 3, 1, 2)


def laid_like(x: torch.Tensor, img: torch.Tensor) -> torch.Tensor:
    """A map of tokens (N, C, H, W): as it is where ``img`` lies channels_last, else contiguous."""
    return x if is_channels_last(img) else x.contiguous()


def nchw_to_nlc(x: torch.Tensor) -> torch.Tensor:
    """A map (N, C, H, W) to tokens (N, H W, C), contiguous in memory."""
    if x.dim() != 4:
        raise ValueError(f'a map has four dimensions (N, C, H, W), not the shape {tuple(x.shape)}')
    return x.flatten(2).transpose(1, 2).contiguous()


def nchw2nlc2nchw(
    module: Callable[..., torch.Tensor], x: torch.Tensor, contiguous: bool = False, **kwargs: Any
) -> torch.Tensor:
    """Let what works on tokens work on a map.

    Args:
        module: tokens (N, H W, C) to the same shape.
        x: (N, C, H, W).
        contiguous: whether what goes in and what comes out is made contiguous in memory.
        kwargs: further arguments of ``module``.
    """
    tokens = x.flatten(2).transpose(1, 2)
    out = module(tokens.contiguous() if contiguous else tokens, **kwargs).transpose(1, 2).reshape(x.shape)
    return out.contiguous() if contiguous else out


def nlc2nchw2nlc(
    module: Callable[..., torch.Tensor], x: torch.Tensor, hw_shape: Sequence[int], contiguous: bool = False,
    **kwargs: Any,
) -> torch.Tensor:
    """Let what works on maps work on tokens.

    Args:
        module: a map (N, C, H, W) to a map.
        x: (N, H W, C).
        hw_shape: (H, W).
        contiguous: whether what goes in and what comes out is made contiguous in memory.
        kwargs: further arguments of ``module``.
    """
    map_ = nlc_to_nchw(x, hw_shape)
    out = module(map_.contiguous() if contiguous else map_, **kwargs).flatten(2).transpose(1, 2)
    return out.contiguous() if contiguous else out
