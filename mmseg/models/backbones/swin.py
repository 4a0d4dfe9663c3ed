"""The Swin transformer (https://arxiv.org/abs/2103.14030)."""

from collections.abc import Sequence
from itertools import accumulate
from operator import mul

import torch
from torch import nn

from mmcv.cnn import BaseModule, ModuleList, build_norm_layer
from mmcv.cnn.bricks.transformer import FFN
from mmcv.cnn.weight_init import trunc_normal_
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import PatchEmbed, PatchMerging, checkpointed, laid_like, nlc_to_nchw
from mmseg.models.layers.position_embedding import image_size, resize_pos_embed
from mmseg.models.layers.stochastic_depth import drop_path_rates
from mmseg.models.layers.window_attention import ShiftWindowMSA, WindowMSA
from mmseg.models.layouts.swin import SWIN, SWIN_TIMM, SWIN_TORCHVISION

from .transformer_backbone import TransformerBackbone

__all__ = ['ShiftWindowMSA', 'SwinBlock', 'SwinBlockSequence', 'SwinTransformer', 'WindowMSA']


class SwinBlock(BaseModule):
    """Attention within windows and feed-forward network, each behind a norm and beside a residual connection.

    Args:
        embed_dims: channels of a token.
        num_heads: of the attention.
        feedforward_channels: of the feed-forward network.
        window_size: tokens per side of a window.
        shift: shift the borders of windows by half a window.
        qkv_bias, qk_scale: see :class:`WindowMSA`.
        drop_rate: probability of dropping a value after either.
        attn_drop_rate: probability of dropping a weight of the attention.
        drop_path_rate: probability of leaving out either for a sample.
        act_cfg, norm_cfg: configs of the layers.
        with_cp: save memory, spend time.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        feedforward_channels: int,
        window_size: int = 7,
        shift: bool = False,
        qkv_bias: bool = True,
        qk_scale: float | None = None,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        with_cp: bool = False,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.with_cp = with_cp
        drop_path = dict(type='DropPath', drop_prob=drop_path_rate)
        self.norm1 = build_norm_layer(norm_cfg, embed_dims)[1]
        self.attn = ShiftWindowMSA(
            embed_dims, num_heads, window_size, window_size // 2 if shift else 0, qkv_bias, qk_scale, attn_drop_rate,
            drop_rate, drop_path)
        self.norm2 = build_norm_layer(norm_cfg, embed_dims)[1]
        self.ffn = FFN(embed_dims, feedforward_channels, 2, act_cfg, drop_rate, drop_path)

    def forward(self, x: torch.Tensor, hw_shape: tuple[int, int]) -> torch.Tensor:
        """(N, H W, C) to the same."""
        def layers(x: torch.Tensor) -> torch.Tensor:
            x = x + self.attn(self.norm1(x), hw_shape)
            return self.ffn(self.norm2(x), identity=x)

        return checkpointed(layers, x, with_cp=self.with_cp)


class SwinBlockSequence(BaseModule):
    """A stage: blocks whose windows are shifted in every other one, and a reduction of the map.

    Args:
        embed_dims, num_heads, feedforward_channels, window_size, qkv_bias, qk_scale: see :class:`SwinBlock`.
        drop_rate, attn_drop_rate, act_cfg, norm_cfg, with_cp: see :class:`SwinBlock`.
        depth: how many blocks.
        drop_path_rate: see :class:`SwinBlock`; one for all, or a list of one per block.
        downsample: what reduces the map at the end, or None.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.

    Raises:
        ValueError: ``drop_path_rate`` has not one entry per block.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        feedforward_channels: int,
        depth: int,
        window_size: int = 7,
        qkv_bias: bool = True,
        qk_scale: float | None = None,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float | list[float] = 0.0,
        downsample: nn.Module | None = None,
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        with_cp: bool = False,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        rates = drop_path_rate if isinstance(drop_path_rate, list) else [drop_path_rate] * depth
        if len(rates) != depth:
            raise ValueError(f'SwinBlockSequence: drop_path_rate has {len(rates)} entries for {depth} blocks')
        self.blocks = ModuleList(
            SwinBlock(embed_dims, num_heads, feedforward_channels, window_size, i % 2 == 1, qkv_bias, qk_scale,
                      drop_rate, attn_drop_rate, rate, act_cfg, norm_cfg, with_cp)
            for i, rate in enumerate(rates))
        self.downsample = downsample

    def forward(
        self, x: torch.Tensor, hw_shape: tuple[int, int]
    ) -> tuple[torch.Tensor, tuple[int, int], torch.Tensor, tuple[int, int]]:
        """Tokens (N, H W, C) to those for the next stage and their (H, W), and those of this one and theirs."""
        for block in self.blocks:
            x = block(x, hw_shape)
        if self.downsample is None:
            return x, hw_shape, x, hw_shape
        return *self.downsample(x, hw_shape), x, hw_shape


@BACKBONES.register_module()
class SwinTransformer(TransformerBackbone):
    """Attention within windows, over maps that shrink from stage to stage.

    Args:
        pretrain_img_size: (height, width) of the images that absolute positions are learned for; one number
            for squares.
        in_channels: of the image.
        embed_dims: channels of the first stage; each stage has twice those of the one before.
        patch_size: pixels per side of a patch.
        window_size: tokens per side of a window.
        mlp_ratio: channels within a feed-forward network per channel of a token.
        depths, num_heads: per stage: blocks, heads of the attention.
        strides: of the patches, which is ``patch_size``, and of each reduction.
        out_indices: the stages whose maps are returned.
        qkv_bias, qk_scale: see :class:`WindowMSA`.
        patch_norm: whether patches are normalised, before each stage.
        drop_rate, attn_drop_rate: see :class:`SwinBlock`.
        drop_path_rate: of the last block; see :func:`drop_path_rates`.
        use_abs_pos_embed: learn positions, which are resized for images of another size.
        act_cfg, norm_cfg: configs of the layers.
        with_cp, pretrained, frozen_stages, init_cfg: see :class:`BaseBackbone`.

    Raises:
        ValueError: patches overlap, the lists differ in length, or ``pretrain_img_size`` is no size.
    """

    weight_layouts = (SWIN, SWIN_TIMM, SWIN_TORCHVISION)

    def __init__(
        self,
        pretrain_img_size: int | tuple[int, int] = 224,
        in_channels: int = 3,
        embed_dims: int = 96,
        patch_size: int = 4,
        window_size: int = 7,
        mlp_ratio: float = 4,
        depths: Sequence[int] = (2, 2, 6, 2),
        num_heads: Sequence[int] = (3, 6, 12, 24),
        strides: Sequence[int] = (4, 2, 2, 2),
        out_indices: Sequence[int] = (0, 1, 2, 3),
        qkv_bias: bool = True,
        qk_scale: float | None = None,
        patch_norm: bool = True,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.1,
        use_abs_pos_embed: bool = False,
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        with_cp: bool = False,
        pretrained: str | None = None,
        frozen_stages: int = -1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(pretrained, init_cfg, with_cp=with_cp, frozen_stages=frozen_stages)
        if strides[0] != patch_size:
            raise ValueError(f'SwinTransformer: strides[0] is {strides[0]}; it has to be patch_size, {patch_size}')
        if len(num_heads) < len(depths) or len(strides) < len(depths):
            raise ValueError(f'SwinTransformer: {len(depths)} depths need as many num_heads and strides, not '
                             f'{len(num_heads)} and {len(strides)}')
        self.out_indices = out_indices
        self.use_abs_pos_embed = use_abs_pos_embed
        patch_norm_cfg = norm_cfg if patch_norm else None
        self.patch_embed = PatchEmbed(
            in_channels, embed_dims, kernel_size=patch_size, stride=strides[0], padding='corner',
            norm_cfg=patch_norm_cfg)
        height, width = self.pretrain_shape = tuple(side // patch_size for side in image_size(pretrain_img_size))
        if use_abs_pos_embed:
            self.absolute_pos_embed = nn.Parameter(torch.zeros(1, height * width, embed_dims))
        self.drop_after_pos = nn.Dropout(drop_rate)

        self.num_features = [embed_dims * 2**i for i in range(len(depths))]
        rates = iter(drop_path_rates(drop_path_rate, sum(depths)))
        self.stages = ModuleList()
        for i, width in enumerate(self.num_features):
            last = i == len(depths) - 1
            downsample = None if last else PatchMerging(
                width, 2 * width, stride=strides[i + 1], norm_cfg=patch_norm_cfg)
            self.stages.append(SwinBlockSequence(
                width, num_heads[i], int(mlp_ratio * width), depths[i], window_size, qkv_bias, qk_scale, drop_rate,
                attn_drop_rate, [next(rates) for _ in range(depths[i])], downsample, act_cfg, norm_cfg, with_cp))
        for i in out_indices:
            self.add_module(f'norm{i}', build_norm_layer(norm_cfg, self.num_features[i])[1])
        returned = [i for i in range(len(depths)) if i in out_indices]
        self.out_channels = tuple(self.num_features[i] for i in returned)
        self.out_strides = tuple(list(accumulate(strides, mul))[i] for i in returned)
        self._freeze_stages()

    def stage_parts(self, stage: int) -> list[nn.Module | nn.Parameter]:
        if stage == 0:
            positions = [self.absolute_pos_embed] if self.use_abs_pos_embed else []
            return [self.patch_embed, *positions, self.drop_after_pos]
        norm = [self.get_submodule(f'norm{stage - 1}')] if stage - 1 in self.out_indices else []
        return [*norm, self.stages[stage - 1]]

    def init_from_scratch(self) -> None:
        super().init_from_scratch()
        if self.use_abs_pos_embed:
            trunc_normal_(self.absolute_pos_embed, std=0.02)

    def resize_weight(self, name: str, weight: torch.Tensor) -> torch.Tensor:
        """Absolute positions on squares of another size; see :class:`mmcv.checkpoint.load.ResizesWeights`."""
        if name != 'absolute_pos_embed' or weight.dim() != 3:
            return weight
        side = int(weight.shape[1]**0.5)
        return resize_pos_embed(weight, self.pretrain_shape, (side, side))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Images (N, C, H, W) to maps (N, embed_dims * 2^i, h, w) of the stages i in ``out_indices``."""
        img = x
        x, hw_shape = self.patch_embed(x)
        if self.use_abs_pos_embed:
            positions = self.absolute_pos_embed
            if tuple(hw_shape) != self.pretrain_shape:
                positions = resize_pos_embed(positions, hw_shape, self.pretrain_shape)
            x = x + positions
        x = self.drop_after_pos(x)
        outs = []
        for i, stage in enumerate(self.stages):
            x, hw_shape, out, out_shape = stage(x, hw_shape)
            if i in self.out_indices:
                outs.append(laid_like(nlc_to_nchw(self.get_submodule(f'norm{i}')(out), out_shape), img))
        return outs
