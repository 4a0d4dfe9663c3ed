"""Attention to a few places of several maps, with a residual connection."""

import math

import torch
from torch import Tensor, nn

from mmcv.cnn.base_module import BaseModule
from mmcv.cnn.bricks.registry import ATTENTION
from mmcv.cnn.weight_init import constant_init, xavier_init
from mmcv.ops import ms_deform_attn
from mmcv.utils import deprecated_api_warning


@ATTENTION.register_module()
class MultiScaleDeformableAttention(BaseModule):
    """Each query looks at a few places around its reference points (https://arxiv.org/abs/2010.04159).

    Offsets of the places and their weights are linear in the query. At first head m looks 1, 2, ... pixels into
    direction m, with the same weight everywhere.

    Args:
        embed_dims: channels of a token, a multiple of ``num_heads``.
        num_heads: M.
        num_levels: L, the maps.
        num_points: P, places per head and map.
        im2col_step: without effect; old configs give it.
        dropout: probability of dropping a value of the output before the residual is added.
        batch_first: tokens are (N, Q, E) instead of (Q, N, E).
        norm_cfg: without effect; old configs give it.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.

    Raises:
        ValueError: ``embed_dims`` is no multiple of ``num_heads``.
    """

    def __init__(
        self,
        embed_dims: int = 256,
        num_heads: int = 8,
        num_levels: int = 4,
        num_points: int = 4,
        im2col_step: int = 64,
        dropout: float = 0.1,
        batch_first: bool = False,
        norm_cfg: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if embed_dims % num_heads:
            raise ValueError(f'MultiScaleDeformableAttention: embed_dims={embed_dims} must be a multiple of '
                             f'num_heads={num_heads}')
        self.norm_cfg = norm_cfg
        self.dropout = nn.Dropout(dropout)
        self.batch_first = batch_first
        self.im2col_step = im2col_step
        self.embed_dims = embed_dims
        self.num_levels = num_levels
        self.num_heads = num_heads
        self.num_points = num_points
        places = num_heads * num_levels * num_points
        self.sampling_offsets = nn.Linear(embed_dims, 2 * places)
        self.attention_weights = nn.Linear(embed_dims, places)
        self.value_proj = nn.Linear(embed_dims, embed_dims)
        self.output_proj = nn.Linear(embed_dims, embed_dims)
        self.init_weights()

    def init_weights(self) -> None:
        """Start as the class says, whatever ``init_cfg`` is."""
        angles = torch.arange(self.num_heads) * (2 * math.pi / self.num_heads)
        directions = torch.stack([angles.cos(), angles.sin()], -1)
        directions = directions / directions.abs().amax(-1, keepdim=True)
        steps = torch.arange(1, self.num_points + 1)[:, None] * directions[:, None, None]  # (M, 1, P, 2)
        constant_init(self.sampling_offsets, 0)
        with torch.no_grad():
            self.sampling_offsets.bias.copy_(steps.expand(-1, self.num_levels, -1, -1).flatten())
        constant_init(self.attention_weights, 0)
        for layer in (self.value_proj, self.output_proj):
            xavier_init(layer, distribution='uniform')
        self._is_init = True

    @deprecated_api_warning({'residual': 'identity'}, cls_name='MultiScaleDeformableAttention')
    def forward(
        self,
        query: Tensor,
        key: Tensor | None = None,
        value: Tensor | None = None,
        identity: Tensor | None = None,
        query_pos: Tensor | None = None,
        key_padding_mask: Tensor | None = None,
        reference_points: Tensor | None = None,
        spatial_shapes: Tensor | None = None,
        level_start_index: Tensor | None = None,
        **kwargs: object,
    ) -> Tensor:
        """Attend, and add the residual.

        Args:
            query: (Q, N, E), or (N, Q, E) with ``batch_first``.
            key: not looked at.
            value: the maps of all levels, one after the other, (S, N, E) or (N, S, E); None means ``query``.
            identity: like ``query``, the residual; None means ``query``.
            query_pos: added to ``query``.
            key_padding_mask: (N, S), true where the value counts as 0.
            reference_points: (N, Q, L, 2), each x, y with 0 and 1 at the borders of the map, from which the offsets
                count in pixels; or boxes (N, Q, L, 4), each x, y, width, height, of which they count in halves.
            spatial_shapes: height and width of each level, (L, 2).
            level_start_index: the first pixel of each level, (L,); None where they follow each other.
            kwargs: what other attentions of the same layer take; ignored.

        Returns:
            like ``query``.

        Raises:
            ValueError: reference points or shapes are missing, or do not fit.
        """
        value = query if value is None else value
        identity = query if identity is None else identity
        query = query if query_pos is None else query + query_pos
        if not self.batch_first:
            query, value = query.transpose(0, 1), value.transpose(0, 1)
        if reference_points is None or spatial_shapes is None or reference_points.size(-1) not in (2, 4):
            raise ValueError('MultiScaleDeformableAttention: it needs spatial_shapes, and reference_points of 2 or 4 '
                             'numbers each')
        value = self.value_proj(value)
        if key_padding_mask is not None:
            value = value.masked_fill(key_padding_mask[..., None], 0)
        if level_start_index is None:
            areas = spatial_shapes.prod(1)
            level_start_index = areas.cumsum(0) - areas
        weights = self.attention_weights(query).unflatten(-1, (self.num_heads, -1)).softmax(-1)
        out = ms_deform_attn(
            value.unflatten(-1, (self.num_heads, -1)), spatial_shapes, level_start_index,
            self._places(query, reference_points, spatial_shapes),
            weights.unflatten(-1, (self.num_levels, self.num_points)))
        out = self.output_proj(out)
        return self.dropout(out if self.batch_first else out.transpose(0, 1)) + identity

    def _places(self, query: Tensor, reference_points: Tensor, spatial_shapes: Tensor) -> Tensor:
        """Where to look, (N, Q, M, L, P, 2)."""
        offsets = self.sampling_offsets(query).unflatten(-1, (self.num_heads, self.num_levels, self.num_points, 2))
        points = reference_points[:, :, None, :, None]
        if points.size(-1) == 2:
            return points + offsets / spatial_shapes.flip(1)[:, None]
        return points[..., :2] + offsets / self.num_points * points[..., 2:] * 0.5
