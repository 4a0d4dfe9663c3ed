"""Attention within windows, of the Swin transformer (https://arxiv.org/abs/2103.14030)."""

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import BaseModule, Linear
from mmcv.cnn.bricks.drop import build_dropout
from mmcv.utils import to_2tuple

from .relative_position import relative_position_index
from .self_attention import attend
from .windows import from_windows, pad_to_windows, to_windows

# What is added to the product of a query and a key that are no neighbours in the image.
_APART = -100.0


class WindowMSA(BaseModule):
    """Multi-head attention among the tokens of a window, with a bias for each relative position.

    Args:
        embed_dims: channels of a token.
        num_heads: of the attention.
        window_size: (H, W) in tokens.
        qkv_bias: whether queries, keys and values have biases.
        qk_scale: what products of queries and keys are multiplied by; None means 1 / sqrt(channels per head).
        attn_drop_rate: probability of dropping a weight of the attention.
        proj_drop_rate: probability of dropping a value of the output.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        window_size: tuple[int, int],
        qkv_bias: bool = True,
        qk_scale: float | None = None,
        attn_drop_rate: float = 0.0,
        proj_drop_rate: float = 0.0,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.embed_dims = embed_dims
        self.window_size = window_size
        self.num_heads = num_heads
        self.scale = qk_scale or (embed_dims // num_heads)**-0.5
        height, width = window_size
        self.relative_position_bias_table = nn.Parameter(
            torch.zeros((2 * height - 1) * (2 * width - 1), num_heads))
        self.register_buffer('relative_position_index', relative_position_index(window_size))
        self.qkv = Linear(embed_dims, embed_dims * 3, bias=qkv_bias)
        self.attn_drop = nn.Dropout(attn_drop_rate)
        self.proj = Linear(embed_dims, embed_dims)
        self.proj_drop = nn.Dropout(proj_drop_rate)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Attend.

        Args:
            x: (N windows, L, C), the windows of an image one after the other.
            mask: (windows, L, L), added to the products of queries (rows) and keys.

        Returns:
            like ``x``.
        """
        bias = self.relative_position_bias_table[self.relative_position_index].permute(2, 0, 1)[None]
        if mask is not None:
            images = x.shape[0] // mask.shape[0]
            bias = (bias + mask[:, None])[None].expand(images, -1, -1, -1, -1).flatten(0, 1)
        drop = self.attn_drop.p if self.training else 0.0
        return self.proj_drop(self.proj(attend(self.qkv(x), self.num_heads, self.scale, bias, drop)))

    def resize_weight(self, name: str, weight: torch.Tensor) -> torch.Tensor:
        """The biases of a square window of another size; see :class:`mmcv.checkpoint.load.ResizesWeights`."""
        if name == 'relative_position_index':
            return self.relative_position_index
        table = self.relative_position_bias_table
        if name != 'relative_position_bias_table' or weight.dim() != 2 or weight.shape[1] != self.num_heads:
            return weight
        old, new = (int(len(biases)**0.5) for biases in (weight, table))
        map_ = weight.T.reshape(1, self.num_heads, old, old)
        return F.interpolate(map_, (new, new), mode='bicubic').flatten(2)[0].T.contiguous()


class ShiftWindowMSA(BaseModule):
    """:class:`WindowMSA` over all windows of a map, whose borders may be shifted.

    Args:
        embed_dims: channels of a token.
        num_heads: of the attention.
        window_size: tokens per side of a window.
        shift_size: by how many tokens the borders are shifted, less than ``window_size``.
        qkv_bias, qk_scale, attn_drop_rate, proj_drop_rate: see :class:`WindowMSA`.
        dropout_layer: config of what drops at the end.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.

    Raises:
        ValueError: the shift is not less than a window.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        window_size: int,
        shift_size: int = 0,
        qkv_bias: bool = True,
        qk_scale: float | None = None,
        attn_drop_rate: float = 0.0,
        proj_drop_rate: float = 0.0,
        dropout_layer: dict = dict(type='DropPath', drop_prob=0.0),  # noqa: B006
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if not 0 <= shift_size < window_size:
            raise ValueError(f'ShiftWindowMSA: shift_size is {shift_size}; use 0 to {window_size - 1}')
        self.window_size = window_size
        self.shift_size = shift_size
        self.w_msa = WindowMSA(
            embed_dims, num_heads, to_2tuple(window_size), qkv_bias, qk_scale, attn_drop_rate, proj_drop_rate)
        self.drop = build_dropout(dropout_layer)

    def forward(self, query: torch.Tensor, hw_shape: tuple[int, int]) -> torch.Tensor:
        """(N, H W, C) to the same; ``hw_shape`` is (H, W)."""
        height, width = hw_shape
        size, shift = self.window_size, self.shift_size
        x = pad_to_windows(query.unflatten(1, (height, width)), size)
        rows, columns = x.shape[1:3]
        mask = None
        if shift:
            x = x.roll((-shift, -shift), (1, 2))
            regions = to_windows(_regions(rows, columns, size, shift, x.device)[None, ..., None], size)
            mask = _APART * (regions != regions.transpose(1, 2)).to(x.dtype)  # (windows, L, L)
        x = from_windows(self.w_msa(to_windows(x, size), mask), size, (rows, columns))
        if shift:
            x = x.roll((shift, shift), (1, 2))
        return self.drop(x[:, :height, :width].flatten(1, 2))


def _regions(rows: int, columns: int, size: int, shift: int, device: torch.device) -> torch.Tensor:
    """(rows, columns): a number for each of the parts of a shifted map that lie together in the image."""
    def along(length: int) -> torch.Tensor:
        place = torch.arange(length, device=device)
        return (place >= length - size).long() + (place >= length - shift)

    return 3 * along(rows)[:, None] + along(columns)
