"""The backbones of Twins (https://arxiv.org/abs/2104.13840)."""

from collections.abc import Sequence
from itertools import accumulate
from operator import mul

import torch
from torch import nn

from mmcv.cnn import ModuleList, build_norm_layer
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import PatchEmbed, laid_like, nlc_to_nchw
from mmseg.models.layers.grouped_attention import LocallyGroupedSelfAttention
from mmseg.models.layers.stochastic_depth import drop_path_rates
from mmseg.models.layouts import twins as layouts

from .transformer_backbone import TransformerBackbone, init_convolutions
from .twins_layers import ConditionalPositionEncoding, GlobalSubsampledAttention, GSAEncoderLayer, LSAEncoderLayer

__all__ = [
    'PCPVT',
    'SVT',
    'ConditionalPositionEncoding',
    'GSAEncoderLayer',
    'GlobalSubsampledAttention',
    'LSAEncoderLayer',
    'LocallyGroupedSelfAttention',
]


@BACKBONES.register_module()
class PCPVT(TransformerBackbone):
    """A pyramid of vision transformers that attend to a smaller map, with positions from a convolution.

    All lists have one entry per stage; they may have more, as may ``out_indices``.

    Args:
        in_channels: of the image.
        embed_dims: channels of a token.
        patch_sizes, strides: of the patches that a stage begins with.
        num_heads: of the attention.
        mlp_ratios: channels within a feed-forward network per channel of a token.
        out_indices: the stages whose maps are returned.
        qkv_bias: whether queries, keys and values have biases.
        drop_rate, attn_drop_rate: see :class:`GSAEncoderLayer`; the former after patches, too.
        drop_path_rate: of the last layer; see :func:`drop_path_rates`.
        norm_cfg: config of the norms after patches and stages; those of the layers are layer norms.
        depths: layers.
        sr_ratios: how many times smaller per side the map is that a stage attends to.
        norm_after_stage: whether maps are normalised after each stage.
        pretrained, init_cfg: see :class:`BaseBackbone`.

    Raises:
        ValueError: a list has less than one entry per stage.
    """

    weight_layouts = (layouts.PCPVT,)

    def __init__(
        self,
        in_channels: int = 3,
        embed_dims: Sequence[int] = (64, 128, 256, 512),
        patch_sizes: Sequence[int] = (4, 2, 2, 2),
        strides: Sequence[int] = (4, 2, 2, 2),
        num_heads: Sequence[int] = (1, 2, 4, 8),
        mlp_ratios: Sequence[int] = (4, 4, 4, 4),
        out_indices: Sequence[int] = (0, 1, 2, 3),
        qkv_bias: bool = False,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        depths: Sequence[int] = (3, 4, 6, 3),
        sr_ratios: Sequence[int] = (8, 4, 2, 1),
        norm_after_stage: bool = False,
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(pretrained, init_cfg)
        self._check_lengths(depths, embed_dims=embed_dims, patch_sizes=patch_sizes, strides=strides,
                            num_heads=num_heads, mlp_ratios=mlp_ratios, sr_ratios=sr_ratios)
        self.depths = depths
        self.out_indices = out_indices
        self.norm_after_stage = norm_after_stage
        stages = range(len(depths))
        self.patch_embeds = ModuleList(
            PatchEmbed(embed_dims[i - 1] if i else in_channels, embed_dims[i], kernel_size=patch_sizes[i],
                       stride=strides[i], padding='corner', norm_cfg=norm_cfg)
            for i in stages)
        self.position_encoding_drops = ModuleList(nn.Dropout(drop_rate) for _ in stages)
        rates = iter(drop_path_rates(drop_path_rate, sum(depths)))
        self.layers = ModuleList(
            ModuleList(
                GSAEncoderLayer(embed_dims[i], num_heads[i], mlp_ratios[i] * embed_dims[i], drop_rate, attn_drop_rate,
                                next(rates), qkv_bias=qkv_bias, sr_ratio=sr_ratios[i])
                for _ in range(depths[i]))
            for i in stages)
        self.position_encodings = ModuleList(ConditionalPositionEncoding(dims, dims) for dims in embed_dims)
        if norm_after_stage:
            self.norm_list = ModuleList(build_norm_layer(norm_cfg, dims)[1] for dims in embed_dims)
        returned = [i for i in stages if i in out_indices]
        self.out_channels = tuple(embed_dims[i] for i in returned)
        self.out_strides = tuple(list(accumulate(strides, mul))[i] for i in returned)

    def _check_lengths(self, depths: Sequence[int], **lists: Sequence[int]) -> None:
        short = [f'{name} has {len(values)}' for name, values in lists.items() if len(values) < len(depths)]
        if short:
            lacking = ' and '.join(short)
            raise ValueError(f'{type(self).__name__}: there are {len(depths)} depths, but {lacking} entries')

    def init_from_scratch(self) -> None:
        super().init_from_scratch()
        init_convolutions(self)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Images (N, C, H, W) to maps (N, embed_dims[i], h, w) of the stages i in ``out_indices``."""
        outs, img = [], x
        for i, layers in enumerate(self.layers):
            x, hw_shape = self.patch_embeds[i](x)
            x = self.position_encoding_drops[i](x)
            for j, layer in enumerate(layers):
                x = layer(x, hw_shape)
                if j == 0:
                    x = self.position_encodings[i](x, hw_shape)
            if self.norm_after_stage:
                x = self.norm_list[i](x)
            x = nlc_to_nchw(x, hw_shape)
            if i in self.out_indices:
                outs.append(laid_like(x, img))
        return tuple(outs)


@BACKBONES.register_module()
class SVT(PCPVT):
    """:class:`PCPVT` whose every other layer, the first of a stage among them, attends within windows.

    Args:
        in_channels, embed_dims, patch_sizes, strides, num_heads, mlp_ratios, out_indices: see :class:`PCPVT`.
        qkv_bias, norm_cfg, depths, sr_ratios, norm_after_stage: see :class:`PCPVT`.
        drop_rate, attn_drop_rate, drop_path_rate: see :class:`PCPVT`.
        windiow_sizes: tokens per side of a window (mmsegmentation's spelling).
        pretrained, init_cfg: see :class:`BaseBackbone`.

    Raises:
        ValueError: a list has less than one entry per stage.
    """

    weight_layouts = (layouts.SVT,)

    def __init__(
        self,
        in_channels: int = 3,
        embed_dims: Sequence[int] = (64, 128, 256),
        patch_sizes: Sequence[int] = (4, 2, 2, 2),
        strides: Sequence[int] = (4, 2, 2, 2),
        num_heads: Sequence[int] = (1, 2, 4),
        mlp_ratios: Sequence[int] = (4, 4, 4),
        out_indices: Sequence[int] = (0, 1, 2, 3),
        qkv_bias: bool = False,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.2,
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        depths: Sequence[int] = (4, 4, 4),
        sr_ratios: Sequence[int] = (4, 2, 1),
        windiow_sizes: Sequence[int] = (7, 7, 7),
        norm_after_stage: bool = True,
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(
            in_channels, embed_dims, patch_sizes, strides, num_heads, mlp_ratios, out_indices, qkv_bias, drop_rate,
            attn_drop_rate, drop_path_rate, norm_cfg, depths, sr_ratios, norm_after_stage, pretrained, init_cfg)
        self._check_lengths(depths, windiow_sizes=windiow_sizes)
        rates = iter(drop_path_rates(drop_path_rate, sum(depths)))
        for i, depth in enumerate(depths):
            for j, rate in zip(range(depth), rates):
                if j % 2 == 0:
                    self.layers[i][j] = LSAEncoderLayer(
                        embed_dims[i], num_heads[i], mlp_ratios[i] * embed_dims[i], drop_rate, attn_drop_rate, rate,
                        qkv_bias=qkv_bias, window_size=windiow_sizes[i])
