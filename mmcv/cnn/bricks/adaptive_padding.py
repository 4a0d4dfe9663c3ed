"""Padding until a sliding window covers all of a map."""

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.ops import holds
from mmcv.utils import to_2tuple


class AdaptivePadding(nn.Module):
    """Pad with zeros until a window of that size and stride reaches every cell.

    Args:
        kernel_size, stride, dilation: of the window; one number, or two (rows, columns).
        padding: 'corner' pads below and to the right; 'same' on all sides, like TensorFlow.

    Raises:
        ValueError: if ``padding`` is neither.
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int] = 1,
        stride: int | tuple[int, int] = 1,
        dilation: int | tuple[int, int] = 1,
        padding: str = 'corner',
    ) -> None:
        super().__init__()
        if padding not in ('same', 'corner'):
            raise ValueError(f"AdaptivePadding: padding is {padding!r}; use 'same' or 'corner'")
        self.padding = padding
        self.kernel_size = to_2tuple(kernel_size)
        self.stride = to_2tuple(stride)
        self.dilation = to_2tuple(dilation)

    def get_pad_shape(self, input_shape: tuple[int, int]) -> tuple[int, int]:
        """How many rows and columns a map of ``input_shape`` (H, W) lacks."""
        windows = zip(input_shape, self.kernel_size, self.stride, self.dilation)
        height, width = (_lacking(n, (k - 1) * d + 1, s) for n, k, s, d in windows)
        return height, width

    def sides(self, input_shape: tuple[int, int]) -> list[int]:
        """What to add [left, right, above, below] to a map of ``input_shape`` (H, W)."""
        height, width = self.get_pad_shape(input_shape)
        left, above = (width // 2, height // 2) if self.padding == 'same' else (0, 0)
        return [left, width - left, above, height - above]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, C, H', W')."""
        return pad(x, self.sides(x.shape[-2:]))


def pad(x: torch.Tensor, sides: list[int]) -> torch.Tensor:
    """``torch.nn.functional.pad`` with zeros, where there is anything to add."""
    return x if all(holds(side == 0) for side in sides) else F.pad(x, sides)


def _lacking(size: int, window: int, stride: int) -> int:
    """How many cells a line of ``size`` lacks."""
    # Of positive numbers alone: exported, some runtimes divide negative ones towards zero.
    lacking = ((size + stride - 1) // stride - 1) * stride + window - size
    return lacking if window >= stride else max(lacking, 0)  # which no window of that size needs


def make_padding(
    padding: int | str | tuple[int, int],
    kernel_size: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
) -> tuple[AdaptivePadding | None, tuple[int, int]]:
    """What ``padding`` of a layer means: an adaptive padding before it, if it is a word, and the layer's own."""
    if isinstance(padding, str):
        return AdaptivePadding(kernel_size, stride, dilation, padding), (0, 0)
    return None, to_2tuple(padding)


def slide_size(
    size: tuple[int, int],
    kernel_size: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
) -> tuple[int, int]:
    """At how many rows and columns a sliding window fits into a map of ``size`` (H, W)."""
    windows = zip(size, kernel_size, stride, padding, dilation)
    height, width = ((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in windows)
    return height, width
