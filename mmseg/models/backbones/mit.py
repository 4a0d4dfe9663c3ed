"""The mix transformer of SegFormer (https://arxiv.org/abs/2105.15203)."""

from collections.abc import Sequence
from itertools import accumulate
from operator import mul

import torch
from torch import nn

from mmcv.cnn import BaseModule, Conv2d, ModuleList, Sequential, build_activation_layer, build_norm_layer
from mmcv.cnn.bricks.drop import build_dropout
from mmcv.cnn.bricks.transformer import MultiheadAttention
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import PatchEmbed, checkpointed, nlc_to_nchw
from mmseg.models.layers.stochastic_depth import drop_path_rates
from mmseg.models.layouts.mit import MIT

from .transformer_backbone import TransformerBackbone, init_convolutions

# Tokens (N, H W, C) and maps (N, C, H, W) that lie channels_last are the same memory: nothing here copies one to the
# other.


class MixFFN(BaseModule):
    """A feed-forward network with a depthwise 3x3 convolution, whose zero padding tells tokens where they are.

    Args:
        embed_dims: channels of a token.
        feedforward_channels: channels in between.
        act_cfg: config of the activation.
        ffn_drop: probability of dropping a value after the activation and at the end.
        dropout_layer: config of what drops before the residual is added; None means nothing.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.
    """

    def __init__(
        self,
        embed_dims: int,
        feedforward_channels: int,
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        ffn_drop: float = 0.0,
        dropout_layer: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.embed_dims = embed_dims
        self.feedforward_channels = feedforward_channels
        self.act_cfg = act_cfg
        self.activate = build_activation_layer(act_cfg)
        drop = nn.Dropout(ffn_drop)
        self.layers = Sequential(
            Conv2d(embed_dims, feedforward_channels, 1),
            Conv2d(feedforward_channels, feedforward_channels, 3, padding=1, groups=feedforward_channels),
            self.activate,
            drop,
            Conv2d(feedforward_channels, embed_dims, 1),
            drop,
        )
        self.dropout_layer = build_dropout(dropout_layer) if dropout_layer else nn.Identity()

    def forward(
        self, x: torch.Tensor, hw_shape: tuple[int, int], identity: torch.Tensor | None = None
    ) -> torch.Tensor:
        """(N, H W, C) to the same; ``identity`` is the residual, ``x`` unless given."""
        out = self.layers(nlc_to_nchw(x, hw_shape)).flatten(2).transpose(1, 2)  # (N, H W, C)
        return (x if identity is None else identity) + self.dropout_layer(out)


class EfficientMultiheadAttention(MultiheadAttention):
    """Attention to tokens of a map that is ``sr_ratio`` times smaller.

    Args:
        embed_dims: channels of a token.
        num_heads: of the attention.
        attn_drop, proj_drop, dropout_layer, init_cfg, batch_first: see :class:`MultiheadAttention`.
        qkv_bias: whether the projections have biases.
        norm_cfg: config of the norm after the reduction.
        sr_ratio: kernel size and stride of the convolution that reduces; 1 means that there is none.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        attn_drop: float = 0.0,
        proj_drop: float = 0.0,
        dropout_layer: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
        batch_first: bool = True,
        qkv_bias: bool = False,
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        sr_ratio: int = 1,
    ) -> None:
        super().__init__(
            embed_dims, num_heads, attn_drop, proj_drop, dropout_layer, init_cfg, batch_first, bias=qkv_bias)
        self.sr_ratio = sr_ratio
        if sr_ratio > 1:
            self.sr = Conv2d(embed_dims, embed_dims, sr_ratio, sr_ratio)
            self.norm = build_norm_layer(norm_cfg, embed_dims)[1]

    def forward(
        self, x: torch.Tensor, hw_shape: tuple[int, int], identity: torch.Tensor | None = None
    ) -> torch.Tensor:
        """(N, H W, C) to the same; ``identity`` is the residual, ``x`` unless given."""
        return (x if identity is None else identity) + self.attend(x, hw_shape)

    def attend(self, x: torch.Tensor, hw_shape: tuple[int, int]) -> torch.Tensor:
        """(N, H W, C) to what a residual is added to."""
        keys = x
        if self.sr_ratio > 1:
            keys = self.norm(self.sr(nlc_to_nchw(x, hw_shape)).flatten(2).transpose(1, 2))  # (N, h w, C)
        out = self.attn(x, keys, keys, batch_first=self.batch_first)[0]
        return self.dropout_layer(self.proj_drop(out))


class TransformerEncoderLayer(BaseModule):
    """Attention and feed-forward network, each behind a norm and beside a residual connection.

    Args:
        embed_dims: channels of a token.
        num_heads: of the attention.
        feedforward_channels: of the feed-forward network.
        drop_rate: probability of dropping a value after either.
        attn_drop_rate: probability of dropping a weight of the attention.
        drop_path_rate: probability of leaving either out for a sample.
        qkv_bias, batch_first, sr_ratio: see :class:`EfficientMultiheadAttention`.
        act_cfg, norm_cfg: configs of the layers.
        with_cp: save memory, spend time.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        feedforward_channels: int,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        qkv_bias: bool = True,
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        batch_first: bool = True,
        sr_ratio: int = 1,
        with_cp: bool = False,
    ) -> None:
        super().__init__()
        drop_path = dict(type='DropPath', drop_prob=drop_path_rate)
        self.norm1 = build_norm_layer(norm_cfg, embed_dims)[1]
        self.attn = EfficientMultiheadAttention(
            embed_dims, num_heads, attn_drop_rate, drop_rate, drop_path, batch_first=batch_first, qkv_bias=qkv_bias,
            norm_cfg=norm_cfg, sr_ratio=sr_ratio)
        self.norm2 = build_norm_layer(norm_cfg, embed_dims)[1]
        self.ffn = MixFFN(embed_dims, feedforward_channels, act_cfg, drop_rate, drop_path)
        self.with_cp = with_cp

    def forward(self, x: torch.Tensor, hw_shape: tuple[int, int]) -> torch.Tensor:
        """(N, H W, C) to the same."""
        def layers(x: torch.Tensor) -> torch.Tensor:
            x = self.attn(self.norm1(x), hw_shape, identity=x)
            return self.ffn(self.norm2(x), hw_shape, identity=x)

        return checkpointed(layers, x, with_cp=self.with_cp)


@BACKBONES.register_module()
class MixVisionTransformer(TransformerBackbone):
    """SegFormer's encoder: stages of transformer layers, each over a smaller map of overlapping patches.

    Args:
        in_channels: of the image.
        embed_dims: channels per head; stage i has ``embed_dims * num_heads[i]`` channels.
        num_stages: how many stages.
        num_layers, num_heads, patch_sizes, strides, sr_ratios: per stage: layers, heads of the attention, size and
            stride of the patches, reduction of what the attention looks at.
        out_indices: the stages whose maps are returned.
        mlp_ratio: channels within a feed-forward network per channel of a token.
        qkv_bias: whether queries, keys and values have biases.
        drop_rate, attn_drop_rate: see :class:`TransformerEncoderLayer`.
        drop_path_rate: of the last layer; see :func:`drop_path_rates`.
        act_cfg, norm_cfg: configs of the layers.
        pretrained, init_cfg, with_cp: see :class:`BaseBackbone`.

    Raises:
        ValueError: the lists have not one entry per stage, or ``out_indices`` names a stage that is not there.
    """

    weight_layouts = (MIT,)

    def __init__(
        self,
        in_channels: int = 3,
        embed_dims: int = 64,
        num_stages: int = 4,
        num_layers: Sequence[int] = (3, 4, 6, 3),
        num_heads: Sequence[int] = (1, 2, 4, 8),
        patch_sizes: Sequence[int] = (7, 3, 3, 3),
        strides: Sequence[int] = (4, 2, 2, 2),
        sr_ratios: Sequence[int] = (8, 4, 2, 1),
        out_indices: Sequence[int] = (0, 1, 2, 3),
        mlp_ratio: int = 4,
        qkv_bias: bool = True,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        norm_cfg: dict = dict(type='LN', eps=1e-6),  # noqa: B006
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
        with_cp: bool = False,
    ) -> None:
        super().__init__(pretrained, init_cfg, with_cp=with_cp)
        lists = dict(num_layers=num_layers, num_heads=num_heads, patch_sizes=patch_sizes, strides=strides,
                     sr_ratios=sr_ratios)
        wrong = [f'{name} has {len(values)}' for name, values in lists.items() if len(values) != num_stages]
        if wrong:
            raise ValueError(f'MixVisionTransformer: num_stages is {num_stages}, but {" and ".join(wrong)} entries')
        if max(out_indices) >= num_stages:
            raise ValueError(f'MixVisionTransformer: out_indices is {out_indices}, but there are {num_stages} stages')
        self.embed_dims = embed_dims
        self.num_stages = num_stages
        self.num_layers, self.num_heads = num_layers, num_heads
        self.patch_sizes, self.strides, self.sr_ratios = patch_sizes, strides, sr_ratios
        self.out_indices = out_indices
        widths = [embed_dims * heads for heads in num_heads]
        self.out_channels = tuple(width for i, width in enumerate(widths) if i in out_indices)
        self.out_strides = tuple(stride for i, stride in enumerate(accumulate(strides, mul)) if i in out_indices)

        rates = iter(drop_path_rates(drop_path_rate, sum(num_layers)))
        options = dict(drop_rate=drop_rate, attn_drop_rate=attn_drop_rate, qkv_bias=qkv_bias, act_cfg=act_cfg,
                       norm_cfg=norm_cfg, with_cp=with_cp)
        self.layers = ModuleList()
        for i, width in enumerate(widths):
            patch_embed = PatchEmbed(
                widths[i - 1] if i else in_channels, width, kernel_size=patch_sizes[i], stride=strides[i],
                padding=patch_sizes[i] // 2, norm_cfg=norm_cfg)
            blocks = ModuleList(
                TransformerEncoderLayer(width, num_heads[i], mlp_ratio * width, drop_path_rate=next(rates),
                                        sr_ratio=sr_ratios[i], **options)
                for _ in range(num_layers[i]))
            self.layers.append(ModuleList([patch_embed, blocks, build_norm_layer(norm_cfg, width)[1]]))

    def init_from_scratch(self) -> None:
        super().init_from_scratch()
        init_convolutions(self)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Images (N, C, H, W) to maps (N, embed_dims * num_heads[i], h, w)."""
        outs = []
        for i, (patch_embed, blocks, norm) in enumerate(self.layers):
            x, hw_shape = patch_embed(x)
            for block in blocks:
                x = block(x, hw_shape)
            x = nlc_to_nchw(norm(x), hw_shape)
            if i in self.out_indices:
                outs.append(x)
        return outs
