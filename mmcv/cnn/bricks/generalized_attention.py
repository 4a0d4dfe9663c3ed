"""Attention whose weights are made of contents, positions, or both."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn.weight_init import kaiming_init

from .registry import PLUGIN_LAYERS

# Side of the largest map that a spatial_range is made for, by its channels: those of ResNet-50's stages 3 and 4.
_LARGEST = {256: 84, 512: 42}


@PLUGIN_LAYERS.register_module()
class GeneralizedAttention(nn.Module):
    """Any of the four terms of an attention (https://arxiv.org/abs/1904.05873), and a residual connection.

    At first the block is the identity.

    Args:
        in_channels: of the map.
        spatial_range: how far a cell may look, in rows and columns; -1 means anywhere. For 256 channels and maps up to
            84 x 84 cells, or 512 and 42 x 42.
        num_heads: of the attention.
        position_embedding_dim: length of what describes a distance; -1 means ``in_channels``.
        position_magnitude: factor of the distances.
        kv_stride, q_stride: keep only every such row and column of keys and values, and of queries.
        attention_type: four digits, each 1 or 0: query and key; query and distance; key alone; distance alone.

    Raises:
        ValueError: if there is no ``spatial_range`` for these channels, or ``attention_type`` is none.
    """

    _abbr_ = 'gen_attention_block'

    def __init__(
        self,
        in_channels: int,
        spatial_range: int = -1,
        num_heads: int = 9,
        position_embedding_dim: int = -1,
        position_magnitude: int = 1,
        kv_stride: int = 2,
        q_stride: int = 1,
        attention_type: str = '1111',
    ) -> None:
        super().__init__()
        if len(attention_type) != 4 or not set(attention_type) <= {'0', '1'}:
            raise ValueError(f"GeneralizedAttention: attention_type is {attention_type!r}; use four digits like '1010'")
        self.position_embedding_dim = position_embedding_dim if position_embedding_dim > 0 else in_channels
        self.position_magnitude = position_magnitude
        self.num_heads = num_heads
        self.in_channels = in_channels
        self.spatial_range = spatial_range
        self.kv_stride = kv_stride
        self.q_stride = q_stride
        self.attention_type = [digit == '1' for digit in attention_type]
        self.qk_embed_dim = self.v_dim = in_channels // num_heads
        width = self.qk_embed_dim * num_heads
        content, position, key_alone, position_alone = self.attention_type
        if content or position:
            self.query_conv = nn.Conv2d(in_channels, width, 1, bias=False)
        if content or key_alone:
            self.key_conv = nn.Conv2d(in_channels, width, 1, bias=False)
        self.value_conv = nn.Conv2d(in_channels, width, 1, bias=False)
        if position or position_alone:
            self.appr_geom_fc_x = nn.Linear(self.position_embedding_dim // 2, width, bias=False)
            self.appr_geom_fc_y = nn.Linear(self.position_embedding_dim // 2, width, bias=False)
        bound = 1 / math.sqrt(self.qk_embed_dim * 2)
        if key_alone:
            self.appr_bias = nn.Parameter(bound - 2 * bound * torch.rand(width))
        if position_alone:
            self.geom_bias = nn.Parameter(bound - 2 * bound * torch.rand(width))
        self.proj_conv = nn.Conv2d(width, in_channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))
        if spatial_range >= 0:
            self.local_constraint_map = nn.Parameter(self._too_far(), requires_grad=False)
        self.q_downsample = nn.AvgPool2d(1, q_stride) if q_stride > 1 else None
        self.kv_downsample = nn.AvgPool2d(1, kv_stride) if kv_stride > 1 else None
        self.init_weights()

    def init_weights(self) -> None:
        """Uniform with variance 1 / fan_in for all products."""
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                kaiming_init(module, a=1, mode='fan_in', nonlinearity='leaky_relu', distribution='uniform')

    def _too_far(self) -> torch.Tensor:
        """(H, W, H_kv, W_kv) bytes, 1 where a cell may not look."""
        if self.in_channels not in _LARGEST:
            raise ValueError(f'GeneralizedAttention: spatial_range is {self.spatial_range}, which needs in_channels of '
                             f'{" or ".join(map(str, _LARGEST))}, not {self.in_channels}')
        size = _LARGEST[self.in_channels]
        own, other = torch.arange(size)[:, None], torch.arange(int((size - 1) / self.kv_stride + 1))
        first = torch.div(own - self.spatial_range, self.kv_stride, rounding_mode='floor')
        last = torch.div(own + self.spatial_range + 1, self.kv_stride, rounding_mode='floor')
        near = (first <= other) & (other <= last)  # (size, size_kv), in rows as in columns
        return (~(near[:, None, :, None] & near[None, :, None, :])).byte()

    def get_position_embedding(
        self, size: int, size_kv: int, like: torch.Tensor, wave_length: float = 1000
    ) -> torch.Tensor:
        """Sines and cosines of all distances along one axis, (size, size_kv, position_embedding_dim / 2)."""
        options = dict(dtype=like.dtype, device=like.device)
        own = torch.arange(size, **options)[:, None] * self.q_stride
        other = torch.arange(size_kv, **options) * self.kv_stride
        steps = torch.arange(0, self.position_embedding_dim / 4, **options)
        waves = wave_length ** (4 / self.position_embedding_dim * steps)
        angles = ((own - other) * self.position_magnitude)[..., None] / waves
        return torch.cat([angles.sin(), angles.cos()], dim=2)

    def forward(self, x_input: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        x_q = x_input if self.q_downsample is None else self.q_downsample(x_input)
        x_kv = x_input if self.kv_downsample is None else self.kv_downsample(x_input)
        content, position, key_alone, position_alone = self.attention_type
        query = self._heads(self.query_conv(x_q)) if content or position else None
        value = self._heads(self.value_conv(x_kv))
        bias = x_input.new_zeros(1, 1)
        if position or position_alone:
            bias = self._position_energy(query if position else None, x_q.shape[2:], x_kv)
        if self.spatial_range >= 0:
            (h, w), (h_kv, w_kv) = x_q.shape[2:], x_kv.shape[2:]
            far = self.local_constraint_map[:h, :w, :h_kv, :w_kv].bool().reshape(h * w, h_kv * w_kv)
            bias = torch.zeros_like(far, dtype=x_input.dtype).masked_fill_(far, float('-inf')) + bias
        if content or key_alone:
            probe = self.appr_bias.view(self.num_heads, 1, -1) if key_alone else 0
            probe = (query if content else 0) + probe  # without queries, one for all cells
            probe = probe if probe.dim() == 4 else probe.expand(x_q.shape[0], -1, x_q[0, 0].numel(), -1)
            out = F.scaled_dot_product_attention(probe, self._heads(self.key_conv(x_kv)), value, bias, scale=1.0)
        else:
            weights = bias.expand(*bias.shape[:-1], value.shape[2]).softmax(dim=-1)
            out = (weights @ value).expand(-1, -1, x_q[0, 0].numel(), -1)
        out = self.proj_conv(out.mT.flatten(1, 2).unflatten(2, x_q.shape[2:]))
        if self.q_downsample is not None:
            out = F.interpolate(out, size=x_input.shape[2:], mode='bilinear', align_corners=False)
        return self.gamma * out + x_input

    def _heads(self, x: torch.Tensor) -> torch.Tensor:
        """(N, heads d, H, W) to (N, heads, H W, d)."""
        return x.flatten(2).unflatten(1, (self.num_heads, -1)).mT

    def _position_energy(self, query: torch.Tensor | None, size: torch.Size, x_kv: torch.Tensor) -> torch.Tensor:
        """What distances add to the products, (N, heads, H W, H_kv W_kv); N is 1 without queries."""
        probe = self.geom_bias.view(1, self.num_heads, 1, 1, -1) if self.attention_type[3] else 0
        if query is not None:
            probe = probe + query.unflatten(2, size)  # (N, heads, H, W, d)
        embedded = (self.get_position_embedding(n, n_kv, x_kv) for n, n_kv in zip(size, x_kv.shape[2:]))
        y, x = (fc(distances).unflatten(2, (self.num_heads, -1)) / math.sqrt(2)
                for fc, distances in zip((self.appr_geom_fc_y, self.appr_geom_fc_x), embedded))
        rows = torch.einsum('nhyxd,ykhd->nhyxk', probe, y)
        columns = torch.einsum('nhyxd,xkhd->nhyxk', probe, x)
        energy = rows[..., None] + columns[..., None, :]
        return energy.expand(-1, -1, *size, -1, -1).flatten(4).flatten(2, 3)
