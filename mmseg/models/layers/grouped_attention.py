"""Attention within windows of Twins (https://arxiv.org/abs/2104.13840), which knows no positions."""

import torch
from torch import nn

from mmcv.cnn import BaseModule, Linear
from mmcv.ops import holds

from .self_attention import attend
from .windows import from_windows, pad_to_windows, to_windows

# What is added to the product of a query in the map and a key in its padding.
_APART = -1000.0


class LocallyGroupedSelfAttention(BaseModule):
    """Multi-head attention among the tokens of each window of a map, which is padded to whole windows.

    Nobody looks at the padding where the map is padded in both directions. Where it is padded in one direction alone,
    everyone does: published weights were trained that way.

    Args:
        embed_dims: channels of a token.
        num_heads: of the attention.
        qkv_bias: whether queries, keys and values have biases.
        qk_scale: what products of queries and keys are multiplied by; None means 1 / sqrt(channels per head).
        attn_drop_rate: probability of dropping a weight of the attention.
        proj_drop_rate: probability of dropping a value of the output.
        window_size: tokens per side of a window.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.

    Raises:
        ValueError: the heads do not share the channels evenly.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int = 8,
        qkv_bias: bool = False,
        qk_scale: float | None = None,
        attn_drop_rate: float = 0.0,
        proj_drop_rate: float = 0.0,
        window_size: int = 1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if embed_dims % num_heads:
            raise ValueError(f'LocallyGroupedSelfAttention: num_heads is {num_heads}; it has to divide embed_dims, '
                             f'{embed_dims}')
        self.embed_dims = embed_dims
        self.num_heads = num_heads
        self.scale = qk_scale or (embed_dims // num_heads)**-0.5
        self.qkv = Linear(embed_dims, embed_dims * 3, bias=qkv_bias)
        self.attn_drop = nn.Dropout(attn_drop_rate)
        self.proj = Linear(embed_dims, embed_dims)
        self.proj_drop = nn.Dropout(proj_drop_rate)
        self.window_size = window_size

    def forward(self, x: torch.Tensor, hw_shape: tuple[int, int]) -> torch.Tensor:
        """(N, H W, C) to the same; ``hw_shape`` is (H, W)."""
        images, (height, width), size = x.shape[0], hw_shape, self.window_size
        x = pad_to_windows(x.unflatten(1, (height, width)), size)
        rows, columns = x.shape[1:3]
        qkv = self.qkv(to_windows(x, size))
        mask = None
        if not (holds(rows == height) or holds(columns == width)):
            padding = pad_to_windows(qkv.new_zeros(1, height, width, 1), size, _APART)
            # Exported for any size, the map may turn out to be padded in one direction alone, or in none.
            padding = padding * _any(rows - height, size) * _any(columns - width, size)
            mask = to_windows(padding, size).transpose(1, 2).repeat(images, 1, 1)[:, None]  # (N windows, 1, 1, L)
        drop = self.attn_drop.p if self.training else 0.0
        out = attend(qkv, self.num_heads, self.scale, mask, drop)
        out = from_windows(out, size, (rows, columns))
        return self.proj_drop(self.proj(out[:, :height, :width].flatten(1, 2)))


def _any(padding: int, size: int) -> int:
    """1 where there is padding, 0 to ``size - 1`` cells, else 0; of an int that a graph leaves open, too."""
    return (padding + size - 1) // size
