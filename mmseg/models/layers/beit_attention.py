"""Attention over all patches of an image, with biases for their relative positions (BEiT)."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import BaseModule, Linear

from .relative_position import relative_position_index, resize_biases
from .self_attention import attend

# Entries of the table of biases for what has no relative position: class token to patches, patches to class token,
# class token to itself.
_OF_CLASS_TOKEN = 3


class BEiTAttention(BaseModule):
    """Multi-head attention among a class token and the patches of an image, with a bias for each relative position.

    Args:
        embed_dims: channels of a token.
        num_heads: of the attention.
        window_size: (H, W) of the image, in patches.
        bias: True, False, or 'qv_bias' for biases of queries and values alone.
        qk_scale: what products of queries and keys are multiplied by; None means 1 / sqrt(channels per head).
        attn_drop_rate: probability of dropping a weight of the attention.
        proj_drop_rate: probability of dropping a value of the output.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.
        kwargs: what other attentions take; ignored.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        window_size: tuple[int, int],
        bias: bool | str = 'qv_bias',
        qk_scale: float | None = None,
        attn_drop_rate: float = 0.0,
        proj_drop_rate: float = 0.0,
        init_cfg: dict | list[dict] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(init_cfg)
        self.embed_dims = embed_dims
        self.num_heads = num_heads
        self.bias = bias
        self.scale = qk_scale or (embed_dims // num_heads)**-0.5
        self.window_size = window_size
        if bias == 'qv_bias':
            self.q_bias = nn.Parameter(torch.zeros(embed_dims))
            self.v_bias = nn.Parameter(torch.zeros(embed_dims))
        height, width = window_size
        offsets = (2 * height - 1) * (2 * width - 1)
        self.num_relative_distance = offsets + _OF_CLASS_TOKEN
        self.relative_position_bias_table = nn.Parameter(torch.zeros(self.num_relative_distance, num_heads))
        index = F.pad(relative_position_index(window_size), (1, 0, 1, 0), value=offsets)
        index[1:, 0] = offsets + 1
        index[0, 0] = offsets + 2
        self.register_buffer('relative_position_index', index)
        self.qkv = Linear(embed_dims, embed_dims * 3, bias=bias is True)
        self.attn_drop = nn.Dropout(attn_drop_rate)
        self.proj = Linear(embed_dims, embed_dims)
        self.proj_drop = nn.Dropout(proj_drop_rate)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 1 + H W, C) to the same."""
        qkv_bias = self.qkv.bias
        if self.bias == 'qv_bias':
            qkv_bias = torch.cat([self.q_bias, torch.zeros_like(self.q_bias), self.v_bias])
        # By heads first, so that the biases come to lie as the kernels read them.
        bias = self.relative_position_bias_table.T.contiguous()[:, self.relative_position_index][None]
        drop = self.attn_drop.p if self.training else 0.0
        out = attend(F.linear(x, self.qkv.weight, qkv_bias), self.num_heads, self.scale, bias, drop)
        return self.proj_drop(self.proj(out))

    def resize_weight(self, name: str, weight: torch.Tensor) -> torch.Tensor:
        """The biases of a square image of another size; see :class:`mmcv.checkpoint.load.ResizesWeights`."""
        if name == 'relative_position_index':
            return self.relative_position_index
        if name != 'relative_position_bias_table' or weight.dim() != 2 or weight.shape[1] != self.num_heads:
            return weight
        biases, of_class_token = weight.split([len(weight) - _OF_CLASS_TOKEN, _OF_CLASS_TOKEN])
        return torch.cat([resize_biases(biases, self.window_size), of_class_token])
