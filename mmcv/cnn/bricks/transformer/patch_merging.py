"""From tokens to fewer, wider tokens."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn.base_module import BaseModule
from mmcv.cnn.bricks.adaptive_padding import make_padding, pad, slide_size
from mmcv.cnn.bricks.linear import Linear
from mmcv.cnn.bricks.norm import build_norm_layer
from mmcv.ops import holds
from mmcv.utils import to_2tuple


class PatchMerging(BaseModule):
    """Join the tokens of each window to one: concatenate, normalise, project (https://arxiv.org/abs/2103.14030).

    The channels of a window are ordered as ``nn.Unfold`` orders them: channel, row, column.

    Args:
        in_channels, out_channels: of a token.
        kernel_size: of the window; one number, or two (rows, columns).
        stride: of the window; None means its size.
        padding: of the map; a number, two, or 'corner' or 'same' (see :class:`AdaptivePadding`).
        dilation: of the window.
        bias: whether the projection has one.
        norm_cfg: config of the norm; None means none.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int] = 2,
        stride: int | tuple[int, int] | None = None,
        padding: int | str | tuple[int, int] = 'corner',
        dilation: int | tuple[int, int] = 1,
        bias: bool = False,
        norm_cfg: dict | None = dict(type='LN'),  # noqa: B006
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.in_channels = in_channels
        self.out_channels = out_channels
        kernel_size, dilation = to_2tuple(kernel_size), to_2tuple(dilation)
        stride = to_2tuple(stride or kernel_size)
        self.adaptive_padding, padding = make_padding(padding, kernel_size, stride, dilation)
        self.sampler = nn.Unfold(kernel_size, dilation, padding, stride)
        width = kernel_size[0] * kernel_size[1] * in_channels
        self.norm = build_norm_layer(norm_cfg, width)[1] if norm_cfg is not None else None
        self.reduction = Linear(width, out_channels, bias=bias)

    def forward(self, x: torch.Tensor, input_size: Sequence[int]) -> tuple[torch.Tensor, tuple[int, int]]:
        """Merge.

        Args:
            x: (N, H W, in_channels).
            input_size: (H, W).

        Returns:
            (N, H' W', out_channels), and (H', W').

        Raises:
            ValueError: if ``input_size`` is not that of ``x``.
        """
        if not isinstance(input_size, Sequence):
            raise ValueError(f'PatchMerging: input_size is {input_size!r}; give the (H, W) of the tokens')
        height, width = input_size
        if holds(x.shape[1] != height * width):
            raise ValueError(f'PatchMerging: {x.shape[1]} tokens are not {height} x {width}: check input_size')
        x = x.unflatten(1, (height, width))
        if self.adaptive_padding:
            sides = self.adaptive_padding.sides((height, width))
            x = pad(x, [0, 0, *sides])
        x, size = self._windows(x)
        return self.reduction(x if self.norm is None else self.norm(x)), size

    def _windows(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        """(N, H, W, C) to (N, H' W', C kh kw), and (H', W')."""
        s = self.sampler
        height, width = slide_size(x.shape[1:3], s.kernel_size, s.stride, s.padding, s.dilation)
        if s.stride == s.kernel_size and s.dilation == (1, 1) and s.padding == (0, 0):
            # Windows that do not overlap only have to be reordered; those that stand out of the map are left out.
            rows, columns = s.kernel_size
            x = x[:, :height * rows, :width * columns].unflatten(2, (width, columns)).unflatten(1, (height, rows))
            return x.permute(0, 1, 3, 5, 2, 4).reshape(x.shape[0], height * width, -1), (height, width)
        return s(x.permute(0, 3, 1, 2)).transpose(1, 2), (height, width)
