"""The blocks of the head of DPT (https://arxiv.org/abs/2103.13413)."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import BaseModule, ConvModule, Linear, build_activation_layer, is_untouched
from mmseg.models.layers import has_size, resize

READOUT_TYPES = ('ignore', 'add', 'project')


class ReassembleBlocks(BaseModule):
    """Maps of four layers of a vision transformer, all of one size, to a pyramid.

    Args:
        in_channels: of the maps.
        out_channels: of each level of the pyramid: 4, 2, 1 and 1/2 times the size of the maps.
        readout_type: what happens to the class token: 'ignore' it, 'add' it to all cells, or join it to each and
            'project' both.
        patch_size: pixels per side of a patch; without effect.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.

    Raises:
        ValueError: another ``readout_type``, or not four levels.
    """

    def __init__(
        self,
        in_channels: int = 768,
        out_channels: Sequence[int] = (96, 192, 384, 768),
        readout_type: str = 'ignore',
        patch_size: int = 16,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if readout_type not in READOUT_TYPES:
            raise ValueError(f'readout_type is {readout_type!r}; use one of {READOUT_TYPES}')
        if len(out_channels) != 4:
            raise ValueError(f'post_process_channels is {list(out_channels)}; give those of four levels')
        self.readout_type = readout_type
        self.patch_size = patch_size
        self.projects = nn.ModuleList(
            ConvModule(in_channels, channels, kernel_size=1, act_cfg=None) for channels in out_channels)
        first, second, _, last = out_channels
        self.resize_layers = nn.ModuleList([
            nn.ConvTranspose2d(first, first, kernel_size=4, stride=4),
            nn.ConvTranspose2d(second, second, kernel_size=2, stride=2),
            nn.Identity(),
            nn.Conv2d(last, last, kernel_size=3, stride=2, padding=1),
        ])
        if readout_type == 'project':
            self.readout_projects = nn.ModuleList(
                nn.Sequential(Linear(2 * in_channels, in_channels), build_activation_layer(dict(type='GELU')))
                for _ in out_channels)

    def forward(self, inputs: Sequence[Sequence[torch.Tensor]]) -> list[torch.Tensor]:
        """Pairs of a map (N, C, h, w) and a class token (N, C) to the levels, the largest first."""
        maps = [self._read_out(i, x, token) for i, (x, token) in enumerate(inputs)]
        return [layer(project(x)) for x, project, layer in zip(maps, self.projects, self.resize_layers)]

    def _read_out(self, level: int, x: torch.Tensor, token: torch.Tensor) -> torch.Tensor:
        if self.readout_type == 'ignore':
            return x
        if self.readout_type == 'add':
            return x + token[:, :, None, None]
        tokens = x.flatten(2).transpose(1, 2)  # (N, h w, C)
        tokens = self.readout_projects[level](torch.cat([tokens, token[:, None].expand_as(tokens)], dim=2))
        return tokens.transpose(1, 2).reshape(x.shape)


class PreActResidualConvUnit(BaseModule):
    """Two 3x3 convolutions, each behind an activation, and a residual connection.

    Args:
        in_channels: of the map.
        act_cfg, norm_cfg: configs of the layers.
        stride, dilation: of the first convolution.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.
    """

    def __init__(
        self,
        in_channels: int,
        act_cfg: dict,
        norm_cfg: dict | None,
        stride: int = 1,
        dilation: int = 1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        layers = dict(norm_cfg=norm_cfg, act_cfg=act_cfg, bias=False, order=('act', 'conv', 'norm'))
        # Not in place, for the input is also the residual.
        self.conv1 = ConvModule(
            in_channels, in_channels, 3, stride=stride, padding=dilation, dilation=dilation, inplace=False, **layers)
        self.conv2 = ConvModule(in_channels, in_channels, 3, padding=1, **layers)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        return self.conv2(self.conv1(inputs)) + inputs


class FeatureFusionBlock(BaseModule):
    """Add a level of the pyramid to what comes from the coarser ones, and make the map twice as large.

    Args:
        in_channels: of the map.
        act_cfg, norm_cfg: configs of the layers.
        expand: halve the channels.
        align_corners: of the resizing.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.
        factored: project before the map is made larger, which is the same up to rounding.
    """

    exact_switches = ('factored',)

    def __init__(
        self,
        in_channels: int,
        act_cfg: dict,
        norm_cfg: dict | None,
        expand: bool = False,
        align_corners: bool = True,
        init_cfg: dict | list[dict] | None = None,
        *,
        factored: bool = True,
    ) -> None:
        super().__init__(init_cfg)
        self.in_channels = in_channels
        self.expand = expand
        self.align_corners = align_corners
        self.factored = factored
        self.out_channels = in_channels // 2 if expand else in_channels
        self.project = ConvModule(in_channels, self.out_channels, kernel_size=1, act_cfg=None)
        self.res_conv_unit1 = PreActResidualConvUnit(in_channels, act_cfg, norm_cfg)
        self.res_conv_unit2 = PreActResidualConvUnit(in_channels, act_cfg, norm_cfg)

    def forward(self, x: torch.Tensor, level: torch.Tensor | None = None) -> torch.Tensor:
        """(N, C, h, w), and a level of any size, to (N, out_channels, 2 h, 2 w)."""
        if level is not None:
            if not has_size(level, x.shape[2:]):
                level = resize(level, x.shape[2:], mode='bilinear', align_corners=False)
            x = x + self.res_conv_unit1(level)
        x = self.res_conv_unit2(x)
        if self.factored and is_untouched(self.project, ConvModule) and is_untouched(self.project.conv, nn.Conv2d):
            return self._enlarge(self.project(x))
        return self.project(self._enlarge(x))

    def _enlarge(self, x: torch.Tensor) -> torch.Tensor:
        return resize(x, scale_factor=2, mode='bilinear', align_corners=self.align_corners)
