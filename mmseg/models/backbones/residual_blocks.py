"""The blocks of residual networks (https://arxiv.org/abs/1512.03385)."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import BaseModule, add_shortcut, build_conv_layer, build_norm_layer, build_plugin_layer, run_layers
from mmseg.models.layers import checkpointed

#: Where plugins may stand in a block.
_POSITIONS = ('after_conv1', 'after_conv2', 'after_conv3')


class _ResidualBlock(BaseModule):
    """What both kinds of blocks do: convolutions beside a shortcut, in memory-saving mode on request."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.relu(checkpointed(self._residual, x, with_cp=self.with_cp))

    def _residual(self, x: torch.Tensor) -> torch.Tensor:
        return add_shortcut(self._branch(x), x if self.downsample is None else self.downsample(x))

    @property
    def norm1(self) -> nn.Module:
        """Normalization after the first convolution."""
        return getattr(self, self.norm1_name)

    @property
    def norm2(self) -> nn.Module:
        """Normalization after the second convolution."""
        return getattr(self, self.norm2_name)

    def _add(self, number: int, conv: nn.Module, norm_cfg: dict, channels: int) -> None:
        """Add conv1 and bn1, say; ``self.norm1_name`` is then 'bn1'."""
        name, norm = build_norm_layer(norm_cfg, channels, postfix=number)
        self.add_module(f'conv{number}', conv)
        self.add_module(name, norm)
        setattr(self, f'norm{number}_name', name)


class BasicBlock(_ResidualBlock):
    """Two 3x3 convolutions: the block of depths 18 and 34.

    Args:
        inplanes: input channels.
        planes: width; output channels are ``planes * expansion``.
        stride: of the first 3x3 convolution.
        dilation: of the first 3x3 convolution.
        downsample: the shortcut's own layers, if its shape changes.
        style: without effect here.
        with_cp: recompute the block in the backward pass instead of keeping its activations.
        conv_cfg, norm_cfg: configs of the layers.
        dcn, plugins: must be None.
        init_cfg: initialization.
    """

    expansion = 1

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        dilation: int = 1,
        downsample: nn.Module | None = None,
        style: str = 'pytorch',
        with_cp: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict = dict(type='BN'),  # noqa: B006
        dcn: dict | None = None,
        plugins: list[dict] | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if dcn is not None or plugins is not None:
            raise ValueError('depths 18 and 34 take neither dcn nor plugins; use depth 50, 101 or 152')
        self.stride = stride
        self.dilation = dilation
        self.with_cp = with_cp
        first = build_conv_layer(
            conv_cfg, inplanes, planes, 3, stride=stride, padding=dilation, dilation=dilation, bias=False
        )
        self._add(1, first, norm_cfg, planes)
        self._add(2, build_conv_layer(conv_cfg, planes, planes, 3, padding=1, bias=False), norm_cfg, planes)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def _branch(self, x: torch.Tensor) -> torch.Tensor:
        return run_layers(x, [self.conv1, self.norm1, self.relu, self.conv2, self.norm2])


class Bottleneck(_ResidualBlock):
    """1x1, 3x3 and 1x1 convolution: the block of depths 50, 101 and 152.

    Args:
        inplanes, planes, stride, dilation, downsample: as of :class:`BasicBlock`.
        style: 'pytorch' strides the 3x3 convolution, 'caffe' the first 1x1.
        dcn: config of the convolution that replaces the 3x3 one: ``dict(type='DCN' or 'DCNv2', deform_groups=1)``; with
            ``fallback_on_stride`` not in strided blocks.
        plugins: ``dict(cfg=..., position='after_conv1' | 'after_conv2' | 'after_conv3')`` each.
        with_cp, conv_cfg, norm_cfg, init_cfg: as of :class:`BasicBlock`.
        groups: of the 3x3 convolution (ResNeXt, https://arxiv.org/abs/1611.05431).
        base_width: with several groups, the width of each per ``base_channels`` of ``planes``.
        base_channels: see ``base_width``.

    Attributes:
        width: channels in the middle.
    """

    expansion = 4

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        dilation: int = 1,
        downsample: nn.Module | None = None,
        style: str = 'pytorch',
        with_cp: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict = dict(type='BN'),  # noqa: B006
        dcn: dict | None = None,
        plugins: list[dict] | None = None,
        init_cfg: dict | list[dict] | None = None,
        groups: int = 1,
        base_width: int = 4,
        base_channels: int = 64,
    ) -> None:
        super().__init__(init_cfg)
        if style not in ('pytorch', 'caffe'):
            raise ValueError(f"style is {style!r}; use 'pytorch' or 'caffe'")
        self.inplanes = inplanes
        self.planes = planes
        self.stride = stride
        self.dilation = dilation
        self.style = style
        self.with_cp = with_cp
        self.conv_cfg, self.norm_cfg = conv_cfg, norm_cfg
        self.dcn, self.with_dcn = dcn, dcn is not None
        self.plugins, self.with_plugins = plugins, plugins is not None
        self.conv1_stride, self.conv2_stride = (1, stride) if style == 'pytorch' else (stride, 1)
        self.groups = groups
        self.width = planes if groups == 1 else int(planes * (base_width / base_channels)) * groups

        outplanes = planes * self.expansion
        first = build_conv_layer(conv_cfg, inplanes, self.width, kernel_size=1, stride=self.conv1_stride, bias=False)
        self._add(1, first, norm_cfg, self.width)
        self._add_middle(_middle_cfg(conv_cfg, dcn, stride), norm_cfg)
        self._add(3, build_conv_layer(conv_cfg, self.width, outplanes, kernel_size=1, bias=False), norm_cfg, outplanes)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample
        _check_positions(plugins or ())
        self.after_conv1_plugins, self.after_conv2_plugins, self.after_conv3_plugins = (
            [plugin['cfg'] for plugin in plugins or () if plugin['position'] == position] for position in _POSITIONS)
        self.after_conv1_plugin_names = self.make_block_plugins(self.width, self.after_conv1_plugins)
        self.after_conv2_plugin_names = self.make_block_plugins(self.width, self.after_conv2_plugins)
        self.after_conv3_plugin_names = self.make_block_plugins(outplanes, self.after_conv3_plugins)

    def _add_middle(self, conv_cfg: dict | None, norm_cfg: dict) -> None:
        conv = build_conv_layer(
            conv_cfg, self.width, self.width, kernel_size=3, stride=self.conv2_stride, padding=self.dilation,
            dilation=self.dilation, groups=self.groups, bias=False)
        self._add(2, conv, norm_cfg, self.width)

    def _middle(self, x: torch.Tensor) -> torch.Tensor:
        return run_layers(x, [self.conv2, self.norm2, self.relu])

    def make_block_plugins(self, in_channels: int, plugins: list[dict]) -> list[str]:
        """Add the layers of these configs, for maps of so many channels; returns their names."""
        names = []
        for plugin in plugins:
            cfg = dict(plugin)
            name, layer = build_plugin_layer(cfg, postfix=cfg.pop('postfix', ''), in_channels=in_channels)
            if hasattr(self, name):
                raise ValueError(f'plugins: two plugins are named {name}; give each a `postfix` of its own')
            self.add_module(name, layer)
            names.append(name)
        return names

    @property
    def norm3(self) -> nn.Module:
        """Normalization after the third convolution."""
        return getattr(self, self.norm3_name)

    def _branch(self, x: torch.Tensor) -> torch.Tensor:
        x = self.forward_plugin(run_layers(x, [self.conv1, self.norm1, self.relu]), self.after_conv1_plugin_names)
        x = self.forward_plugin(self._middle(x), self.after_conv2_plugin_names)
        return self.forward_plugin(run_layers(x, [self.conv3, self.norm3]), self.after_conv3_plugin_names)

    def forward_plugin(self, x: torch.Tensor, plugin_names: list[str]) -> torch.Tensor:
        """The map behind the layers of these names."""
        for name in plugin_names:
            x = getattr(self, name)(x)
        return x


def _check_positions(plugins: Sequence[dict]) -> None:
    for plugin in plugins:
        if plugin['position'] not in _POSITIONS:
            raise ValueError(f'plugins: position is {plugin["position"]!r}; use one of {", ".join(_POSITIONS)}')


def _middle_cfg(conv_cfg: dict | None, dcn: dict | None, stride: int) -> dict | None:
    """Config of the 3x3 convolution."""
    if dcn is None:
        return conv_cfg
    dcn = dict(dcn)
    if dcn.pop('fallback_on_stride', False) and stride != 1:
        return conv_cfg
    if conv_cfg is not None:
        raise ValueError('conv_cfg and dcn exclude each other; set conv_cfg=None')
    return dcn
