"""The head of ISANet."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from mmcv.cnn import ConvModule
from mmseg.models.builder import HEADS
from mmseg.models.layers.self_attention_block import SelfAttentionBlock as _SelfAttentionBlock

from .decode_head import BaseDecodeHead


class SelfAttentionBlock(_SelfAttentionBlock):
    """Self-attention with a projection behind it.

    Args:
        in_channels: channels of the map.
        channels: of keys and queries.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
    """

    def __init__(
        self, in_channels: int, channels: int, conv_cfg: dict | None, norm_cfg: dict | None, act_cfg: dict | None,
    ) -> None:
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        super().__init__(
            key_in_channels=in_channels, query_in_channels=in_channels, channels=channels, out_channels=in_channels,
            share_key_query=False, query_downsample=None, key_downsample=None, key_query_num_convs=2,
            key_query_norm=True, value_out_num_convs=1, value_out_norm=False, matmul_norm=True, with_out=False,
            **layers)
        self.output_project = self.build_project(in_channels, in_channels, num_convs=1, use_conv_module=True, **layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to the same."""
        return self.output_project(super().forward(x, x))


@HEADS.register_module()
class ISAHead(BaseDecodeHead):
    """Interlaced sparse self-attention (https://arxiv.org/abs/1907.12273): among distant cells, then among near ones.

    Args:
        isa_channels: of keys and queries.
        down_factor: (rows, columns) of a block of near cells.
        kwargs: see :class:`BaseDecodeHead`.
    """

    def __init__(self, isa_channels: int, down_factor: tuple[int, int] = (8, 8), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.down_factor = down_factor
        layers = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.in_conv = ConvModule(self.in_channels, self.channels, 3, padding=1, **layers)
        self.global_relation = SelfAttentionBlock(self.channels, isa_channels, **layers)
        self.local_relation = SelfAttentionBlock(self.channels, isa_channels, **layers)
        self.out_conv = ConvModule(self.channels * 2, self.channels, 1, **layers)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        x = self.in_conv(self._transform_inputs(inputs))
        return self.cls_seg(self.out_conv(torch.cat([self._related(x), x], dim=1)))

    def _related(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same, by way of a padded map of P x Q blocks of p x q cells."""
        n, c, height, width = x.shape
        p, q = self.down_factor
        rows, columns = (height + p - 1) // p, (width + q - 1) // q
        top, left = (rows * p - height) // 2, (columns * q - width) // 2
        x = F.pad(x, (left, columns * q - width - left, top, rows * p - height - top))
        x = x.view(n, c, rows, p, columns, q).permute(0, 3, 5, 1, 2, 4)  # (N, p, q, C, P, Q)
        x = self.global_relation(x.reshape(-1, c, rows, columns))
        x = x.view(n, p, q, c, rows, columns).permute(0, 4, 5, 3, 1, 2)  # (N, P, Q, C, p, q)
        x = self.local_relation(x.reshape(-1, c, p, q))
        x = x.view(n, rows, columns, c, p, q).permute(0, 3, 1, 4, 2, 5)  # (N, C, P, p, Q, q)
        return x.reshape(n, c, rows * p, columns * q)[:, :, top:top + height, left:left + width]
