"""PoolFormer, a transformer whose attention is an average over neighbours (https://arxiv.org/abs/2111.11418)."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import DropPath, ModuleList, build_activation_layer, build_norm_layer
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import checkpointed
from mmseg.models.layers.layer_scale import LayerScaled
from mmseg.models.layers.stochastic_depth import drop_path_rates
from mmseg.models.layouts.poolformer import POOLFORMER

from .base_backbone import BaseBackbone
from .convnext import facts_of, positions

_NARROW, _WIDE = (64, 128, 320, 512), (96, 192, 384, 768)


class PatchEmbed(nn.Module):
    """A convolution that reduces the map.

    Args:
        in_channels, embed_dims: before and after.
        patch_size, stride, padding: of the convolution.
    """

    def __init__(self, in_channels: int, embed_dims: int, patch_size: int, stride: int, padding: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(in_channels, embed_dims, patch_size, stride, padding)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, embed_dims, h, w)."""
        return self.proj(x)


class Pooling(nn.Module):
    """The mean of the cells around each, less the cell itself, for the residual connection adds it.

    Args:
        pool_size: cells per side.
    """

    def __init__(self, pool_size: int = 3) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(pool_size, 1, pool_size // 2, count_include_pad=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        return self.pool(x) - x


class Mlp(nn.Module):
    """A feed-forward network per cell, of 1x1 convolutions.

    Args:
        in_features: channels.
        hidden_features: channels in between.
        act_cfg: config of the activation.
        drop: probability of dropping a value after either convolution.
    """

    def __init__(self, in_features: int, hidden_features: int, act_cfg: dict, drop: float = 0.0) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(in_features, hidden_features, 1)
        self.act = build_activation_layer(act_cfg)
        self.fc2 = nn.Conv2d(hidden_features, in_features, 1)
        self.drop = nn.Dropout(drop)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        return self.drop(self.fc2(self.drop(self.act(self.fc1(x)))))


class PoolFormerBlock(LayerScaled):
    """Pooling and a feed-forward network, each behind a norm, scaled per channel and beside a residual connection.

    Args:
        dim: channels of the map.
        pool_size: cells per side of what is averaged.
        mlp_ratio: channels within the feed-forward network per channel of the map.
        norm_cfg, act_cfg: configs of the layers.
        drop: see :class:`Mlp`.
        drop_path: probability of leaving out either for a sample.
        layer_scale_init_value: what the scales begin with.
        with_cp: save memory, spend time.
    """

    # Pooling is linear in each channel, so that its scale may be that of the norm before it.
    scales = {'layer_scale_1': ('norm1', ''), 'layer_scale_2': ('mlp', 'fc2')}

    def __init__(
        self,
        dim: int,
        pool_size: int = 3,
        mlp_ratio: float = 4.0,
        norm_cfg: dict = dict(type='GN', num_groups=1),  # noqa: B006
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        drop: float = 0.0,
        drop_path: float = 0.0,
        layer_scale_init_value: float = 1e-5,
        with_cp: bool = False,
    ) -> None:
        super().__init__()
        self.with_cp = with_cp
        self.layer_scale_1 = nn.Parameter(torch.full((dim,), float(layer_scale_init_value)))
        self.layer_scale_2 = nn.Parameter(torch.full((dim,), float(layer_scale_init_value)))
        self.norm1 = build_norm_layer(norm_cfg, dim)[1]
        self.token_mixer = Pooling(pool_size)
        self.norm2 = build_norm_layer(norm_cfg, dim)[1]
        self.mlp = Mlp(dim, int(dim * mlp_ratio), act_cfg, drop)
        self.drop_path = DropPath(drop_path)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        return checkpointed(self._layers, x, with_cp=self.with_cp)

    def _layers(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.drop_path(self.token_mixer(self.scaled('layer_scale_1', x)))
        return x + self.drop_path(self.scaled('layer_scale_2', self.norm2(x)))


@BACKBONES.register_module(['PoolFormer', 'mmcls.PoolFormer'])
class PoolFormer(BaseBackbone):
    """Stages of blocks, and a reduction of the map between two of them that differ in width.

    Args:
        arch: a name in ``arch_settings``, or a dict of ``layers`` and ``embed_dims``, blocks and channels per stage,
            and, if wanted, ``mlp_ratios`` per stage (4) and ``layer_scale_init_value`` (1e-5).
        pool_size, norm_cfg, act_cfg: see :class:`PoolFormerBlock`.
        in_patch_size, in_stride, in_pad: of the first convolution.
        down_patch_size, down_stride, down_pad: of the other reductions.
        drop_rate: see :class:`Mlp`.
        drop_path_rate: of the last block; see :func:`drop_path_rates`.
        out_indices: what is returned, counted in stages and reductions: 0, 2, 4, 6 are the four stages. Negative ones
            count from the end.
        frozen_stages: the stem (0) and this many stages and reductions are neither trained nor in training mode; -1
            for none.
        init_cfg, pretrained, with_cp: see :class:`BaseBackbone`.

    Attributes:
        arch_settings: per architecture the blocks and channels of each stage, and what the scales begin with.

    Raises:
        ValueError: ``arch`` is unknown or incomplete, or ``out_indices`` names something that is not there.
    """

    arch_settings = {
        's12': dict(layers=(2, 2, 6, 2), embed_dims=_NARROW, layer_scale_init_value=1e-5),
        's24': dict(layers=(4, 4, 12, 4), embed_dims=_NARROW, layer_scale_init_value=1e-5),
        's36': dict(layers=(6, 6, 18, 6), embed_dims=_NARROW, layer_scale_init_value=1e-6),
        'm36': dict(layers=(6, 6, 18, 6), embed_dims=_WIDE, layer_scale_init_value=1e-6),
        'm48': dict(layers=(8, 8, 24, 8), embed_dims=_WIDE, layer_scale_init_value=1e-6),
    }
    weight_layouts = (POOLFORMER,)

    def __init__(
        self,
        arch: str | dict = 's12',
        pool_size: int = 3,
        norm_cfg: dict = dict(type='GN', num_groups=1),  # noqa: B006
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        in_patch_size: int = 7,
        in_stride: int = 4,
        in_pad: int = 2,
        down_patch_size: int = 3,
        down_stride: int = 2,
        down_pad: int = 1,
        drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        out_indices: int | Sequence[int] = -1,
        frozen_stages: int = 0,
        init_cfg: dict | list[dict] | None = None,
        pretrained: str | None = None,
        with_cp: bool = False,
    ) -> None:
        super().__init__(pretrained, init_cfg, with_cp=with_cp, frozen_stages=frozen_stages)
        facts = facts_of(arch, self.arch_settings, ('layers', 'embed_dims'), 'PoolFormer')
        layers, widths = facts['layers'], facts['embed_dims']
        ratios = facts.get('mlp_ratios', [4] * len(layers))
        rates = iter(drop_path_rates(drop_path_rate, sum(layers)))
        options = dict(pool_size=pool_size, norm_cfg=norm_cfg, act_cfg=act_cfg, drop=drop_rate, with_cp=with_cp,
                       layer_scale_init_value=facts.get('layer_scale_init_value', 1e-5))
        self.patch_embed = PatchEmbed(3, widths[0], in_patch_size, in_stride, in_pad)
        self.network = ModuleList()
        channels, strides = [], []  # after each part of the network
        stride = in_stride
        for i, (depth, width) in enumerate(zip(layers, widths)):
            if i and widths[i - 1] != width:
                self.network.append(PatchEmbed(widths[i - 1], width, down_patch_size, down_stride, down_pad))
                stride *= down_stride
                channels.append(width)
                strides.append(stride)
            self.network.append(nn.Sequential(*(
                PoolFormerBlock(width, mlp_ratio=ratios[i], drop_path=next(rates), **options) for _ in range(depth))))
            channels.append(width)
            strides.append(stride)
        self.out_indices = positions(out_indices, len(self.network), 'PoolFormer')
        for i in self.out_indices:
            self.add_module(f'norm{i}', build_norm_layer(norm_cfg, channels[i])[1])
        returned = sorted(set(self.out_indices))
        self.out_channels = tuple(channels[i] for i in returned)
        self.out_strides = tuple(strides[i] for i in returned)
        self._freeze_stages()

    def stage_parts(self, stage: int) -> list[nn.Module | nn.Parameter]:
        if stage == 0:
            return [self.patch_embed]
        norm = [self.get_submodule(f'norm{stage - 1}')] if stage - 1 in self.out_indices else []
        return [self.network[stage - 1], *norm]

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Images (N, C, H, W) to a map (N, C, h, w) per index of ``out_indices``."""
        x = self.patch_embed(x)
        if x.device.type == 'cpu':
            x = x.contiguous(memory_format=torch.channels_last)  # averages are many times faster there
        outs = []
        for i, part in enumerate(self.network):
            x = part(x)
            if i in self.out_indices:
                outs.append(self.get_submodule(f'norm{i}')(x))
        return tuple(outs)
