"""The head of OCRNet."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmseg.models.builder import HEADS
from mmseg.models.layers import can_factor, conv_module_over_resized, resize
from mmseg.models.layers.self_attention_block import SelfAttentionBlock

from .cascade_decode_head import BaseCascadeDecodeHead


class SpatialGatherModule(nn.Module):
    """The average feature of each class, by the probabilities of a coarse prediction.

    Args:
        scale: multiplies the logits before the softmax over the cells.
    """

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, feats: torch.Tensor, probs: torch.Tensor) -> torch.Tensor:
        """Features (N, C, H, W) and logits (N, K, H, W) to (N, C, K, 1)."""
        weights = (self.scale * probs.flatten(2)).softmax(dim=2)
        return (feats.flatten(2) @ weights.mT)[..., None]


class ObjectAttentionBlock(SelfAttentionBlock):
    """Every cell attends to the classes, and is joined with what it finds.

    Args:
        in_channels: channels of the map.
        channels: of keys and queries.
        scale: by how much the queries are pooled.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
    """

    def __init__(
        self, in_channels: int, channels: int, scale: int, conv_cfg: dict | None, norm_cfg: dict | None,
        act_cfg: dict | None,
    ) -> None:
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        super().__init__(
            key_in_channels=in_channels, query_in_channels=in_channels, channels=channels, out_channels=in_channels,
            share_key_query=False, query_downsample=nn.MaxPool2d(kernel_size=scale) if scale > 1 else None,
            key_downsample=None, key_query_num_convs=2, key_query_norm=True, value_out_num_convs=1,
            value_out_norm=True, matmul_norm=True, with_out=True, **layers)
        self.bottleneck = ConvModule(in_channels * 2, in_channels, 1, **layers)

    def forward(self, query_feats: torch.Tensor, key_feats: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) and (N, in_channels, K, 1) to (N, in_channels, H, W)."""
        # The context is let go before the bottleneck makes another map of its size.
        return self.bottleneck(torch.cat([self._context(query_feats, key_feats), query_feats], dim=1))

    def _context(self, query_feats: torch.Tensor, key_feats: torch.Tensor) -> torch.Tensor:
        """What every cell finds, (N, in_channels, H, W)."""
        context = super().forward(query_feats, key_feats)
        if self.query_downsample is None:
            return context
        return resize(context, query_feats.shape[2:], mode='bilinear', align_corners=False)


@HEADS.register_module()
class OCRHead(BaseCascadeDecodeHead):
    """Object-contextual representations (https://arxiv.org/abs/1909.11065): refines the logits of the head before.

    Args:
        ocr_channels: of keys and queries.
        scale: by how much the queries are pooled, and the coarse logits multiplied.
        factored: with ``input_transform='resize_concat'``, convolve over the coarser maps at their own sizes: the same
            results up to rounding with fewer multiplications.
        kwargs: see :class:`BaseDecodeHead`.
    """

    exact_switches = ('factored',)

    def __init__(self, ocr_channels: int, scale: int = 1, factored: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ocr_channels = ocr_channels
        self.scale = scale
        self.factored = factored
        layers = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.object_context_block = ObjectAttentionBlock(self.channels, ocr_channels, scale, **layers)
        self.spatial_gather_module = SpatialGatherModule(scale)
        self.bottleneck = ConvModule(self.in_channels, self.channels, 3, padding=1, **layers)

    def _bottleneck(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        joins = self.input_transform == 'resize_concat' and type(self)._transform_inputs is _TRANSFORM
        if self.factored and joins and can_factor(self.bottleneck):
            first, *others = (inputs[i] for i in self.in_index)
            return conv_module_over_resized(self.bottleneck, first, others, self.align_corners)
        return self.bottleneck(self._transform_inputs(inputs))

    def forward(self, inputs: Sequence[torch.Tensor], prev_output: torch.Tensor) -> torch.Tensor:
        feats = self._bottleneck(inputs)
        context = self.spatial_gather_module(feats, prev_output)
        return self.cls_seg(self.object_context_block(feats, context))


_TRANSFORM = BaseCascadeDecodeHead._transform_inputs
