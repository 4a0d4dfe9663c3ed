"""The layers of Twins (https://arxiv.org/abs/2104.13840)."""

import torch
from torch import nn

from mmcv.cnn import BaseModule, Conv2d, build_norm_layer
from mmcv.cnn.bricks.drop import DropPath
from mmcv.cnn.bricks.transformer import FFN
from mmseg.models.layers import nlc_to_nchw
from mmseg.models.layers.grouped_attention import LocallyGroupedSelfAttention

from .mit import EfficientMultiheadAttention


class GlobalSubsampledAttention(EfficientMultiheadAttention):
    """:class:`EfficientMultiheadAttention` by the name that it has in Twins, with biases unless told otherwise.

    Args:
        embed_dims, num_heads, attn_drop, proj_drop, dropout_layer: see :class:`EfficientMultiheadAttention`.
        batch_first, qkv_bias, norm_cfg, sr_ratio, init_cfg: see :class:`EfficientMultiheadAttention`.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        attn_drop: float = 0.0,
        proj_drop: float = 0.0,
        dropout_layer: dict | None = None,
        batch_first: bool = True,
        qkv_bias: bool = True,
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        sr_ratio: int = 1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(
            embed_dims, num_heads, attn_drop, proj_drop, dropout_layer, init_cfg, batch_first, qkv_bias, norm_cfg,
            sr_ratio)


class TwinsEncoderLayer(BaseModule):
    """Attention and feed-forward network, each behind a norm and beside a residual connection.

    Args:
        attn: tokens (N, H W, C) and (H, W) to tokens.
        embed_dims: channels of a token.
        feedforward_channels: of the feed-forward network.
        drop_rate: probability of dropping a value within the feed-forward network.
        drop_path_rate: probability of leaving either out for a sample. The feed-forward network is drawn for twice.
        num_fcs: linear layers of the feed-forward network.
        act_cfg, norm_cfg: configs of the layers.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.
    """

    def __init__(
        self,
        attn: nn.Module,
        embed_dims: int,
        feedforward_channels: int,
        drop_rate: float,
        drop_path_rate: float,
        num_fcs: int,
        act_cfg: dict,
        norm_cfg: dict,
        init_cfg: dict | list[dict] | None,
    ) -> None:
        super().__init__(init_cfg)
        self.norm1 = build_norm_layer(norm_cfg, embed_dims)[1]
        self.attn = attn
        self.norm2 = build_norm_layer(norm_cfg, embed_dims)[1]
        self.ffn = FFN(embed_dims, feedforward_channels, num_fcs, act_cfg, drop_rate,
                       dict(type='DropPath', drop_prob=drop_path_rate), add_identity=False)
        self.drop_path = DropPath(drop_path_rate)

    def _attend(self, x: torch.Tensor, hw_shape: tuple[int, int]) -> torch.Tensor:
        """(N, H W, C) to what is added to the residual."""
        return self.attn(x, hw_shape)

    def forward(self, x: torch.Tensor, hw_shape: tuple[int, int]) -> torch.Tensor:
        """(N, H W, C) to the same."""
        x = x + self.drop_path(self._attend(self.norm1(x), hw_shape))
        return x + self.drop_path(self.ffn(self.norm2(x)))


class GSAEncoderLayer(TwinsEncoderLayer):
    """A layer that attends to a smaller map.

    Args:
        embed_dims, feedforward_channels, num_fcs, act_cfg, norm_cfg, init_cfg: see :class:`TwinsEncoderLayer`.
        num_heads, qkv_bias, sr_ratio: see :class:`GlobalSubsampledAttention`.
        drop_rate: see :class:`TwinsEncoderLayer`; of the attention's output, too.
        attn_drop_rate: probability of dropping a weight of the attention.
        drop_path_rate: see :class:`TwinsEncoderLayer`; the attention is drawn for twice, too.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        feedforward_channels: int,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        num_fcs: int = 2,
        qkv_bias: bool = True,
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        sr_ratio: int = 1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        attn = GlobalSubsampledAttention(
            embed_dims, num_heads, attn_drop_rate, drop_rate, dict(type='DropPath', drop_prob=drop_path_rate),
            qkv_bias=qkv_bias, norm_cfg=norm_cfg, sr_ratio=sr_ratio)
        super().__init__(
            attn, embed_dims, feedforward_channels, drop_rate, drop_path_rate, num_fcs, act_cfg, norm_cfg, init_cfg)

    def _attend(self, x: torch.Tensor, hw_shape: tuple[int, int]) -> torch.Tensor:
        return self.attn.attend(x, hw_shape)


class LSAEncoderLayer(TwinsEncoderLayer):
    """A layer that attends within windows.

    Args:
        embed_dims, feedforward_channels, num_fcs, act_cfg, norm_cfg, init_cfg: see :class:`TwinsEncoderLayer`.
        num_heads, qkv_bias, qk_scale, attn_drop_rate, window_size: see :class:`LocallyGroupedSelfAttention`.
        drop_rate: see :class:`TwinsEncoderLayer`; of the attention's output, too.
        drop_path_rate: see :class:`TwinsEncoderLayer`.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        feedforward_channels: int,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        num_fcs: int = 2,
        qkv_bias: bool = True,
        qk_scale: float | None = None,
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        window_size: int = 1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        attn = LocallyGroupedSelfAttention(
            embed_dims, num_heads, qkv_bias, qk_scale, attn_drop_rate, drop_rate, window_size)
        super().__init__(
            attn, embed_dims, feedforward_channels, drop_rate, drop_path_rate, num_fcs, act_cfg, norm_cfg, init_cfg)


class ConditionalPositionEncoding(BaseModule):
    """A depthwise 3x3 convolution, whose zero padding tells tokens where they are (https://arxiv.org/abs/2102.10882).

    Args:
        in_channels: of a token.
        embed_dims: channels of a token afterwards, a divisor of ``in_channels``.
        stride: of the convolution; with 1 there is a residual connection.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.
    """

    def __init__(
        self, in_channels: int, embed_dims: int = 768, stride: int = 1, init_cfg: dict | list[dict] | None = None
    ) -> None:
        super().__init__(init_cfg)
        self.proj = Conv2d(in_channels, embed_dims, 3, stride, 1, groups=embed_dims)
        self.stride = stride

    def forward(self, x: torch.Tensor, hw_shape: tuple[int, int]) -> torch.Tensor:
        """(N, H W, in_channels) to (N, h w, embed_dims)."""
        map_ = nlc_to_nchw(x, hw_shape)
        out = self.proj(map_)
        return (out + map_ if self.stride == 1 else out).flatten(2).transpose(1, 2)
