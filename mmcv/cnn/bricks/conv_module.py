"""Convolution, normalization and activation in one module."""

import warnings

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm

from mmcv.cnn.weight_init import InitializesItself, constant_init, kaiming_init

from .activation import ReLUOfInput, build_activation_layer
from .conv import build_conv_layer
from .norm import build_norm_layer
from .padding import build_padding_layer
from .registry import PLUGIN_LAYERS
from .run_layers import run_layers


@PLUGIN_LAYERS.register_module()
class ConvModule(nn.Module):
    """A convolution with its normalization and activation.

    Args:
        in_channels, out_channels, kernel_size, stride, padding, dilation, groups: as of the convolution.
        bias: 'auto' means a bias only without a normalization.
        conv_cfg: config of the convolution; None means Conv2d.
        norm_cfg: config of the normalization; None means none.
        act_cfg: config of the activation; None means none.
        inplace: let the activation work in place where it can. Without it the result of a ReLU may be changed in place.
        with_spectral_norm: divide the weight by its largest singular value (https://arxiv.org/abs/1802.05957).
        padding_mode: 'zeros' is done by the convolution, others by a padding layer of that name. 'circular' warns and
            pads with zeros, as mmcv 1.x did: what was trained so stays what it was. The convolution itself can, by
            ``conv_cfg=dict(type='Conv2d', padding_mode='circular')``.
        order: in which order 'conv', 'norm' and 'act' run.

    Raises:
        ValueError: ``order`` is not a permutation of ('conv', 'norm', 'act').
    """

    _abbr_ = 'conv_block'

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool | str = 'auto',
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = None,
        act_cfg: dict | None = dict(type='ReLU'),  # noqa: B006
        inplace: bool = True,
        with_spectral_norm: bool = False,
        padding_mode: str = 'zeros',
        order: tuple[str, ...] = ('conv', 'norm', 'act'),
    ) -> None:
        super().__init__()
        if sorted(order) != ['act', 'conv', 'norm']:
            raise ValueError(f"ConvModule: order is {order}; use each of 'conv', 'norm', 'act' once")
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.inplace = inplace
        self.with_spectral_norm = with_spectral_norm
        self.with_explicit_padding = padding_mode not in ('zeros', 'circular')
        self.order = tuple(order)
        self.with_norm = norm_cfg is not None
        self.with_activation = act_cfg is not None
        self.with_bias = not self.with_norm if bias == 'auto' else bias

        if self.with_explicit_padding:
            self.padding_layer = build_padding_layer(dict(type=padding_mode), padding)
        elif padding_mode == 'circular':
            warnings.warn("ConvModule: padding_mode='circular' pads with zeros, as in mmcv 1.x; write "
                          "conv_cfg=dict(type='Conv2d', padding_mode='circular')", stacklevel=2)
        self.conv = build_conv_layer(
            conv_cfg, in_channels, out_channels, kernel_size, stride=stride, dilation=dilation, groups=groups,
            padding=0 if self.with_explicit_padding else padding, bias=self.with_bias)
        self.padding = padding
        for name in (
            'in_channels', 'out_channels', 'kernel_size', 'stride', 'dilation', 'transposed', 'output_padding', 'groups'
        ):
            setattr(self, name, getattr(self.conv, name))
        if with_spectral_norm:
            self.conv = nn.utils.spectral_norm(self.conv)
        self.norm_name = None
        if self.with_norm:
            self._add_norm(out_channels if order.index('norm') > order.index('conv') else in_channels)
        if self.with_activation:
            self.activate = build_activation_layer(act_cfg, inplace)
            if type(self.activate) is nn.ReLU and not self.activate.inplace:
                self.activate = ReLUOfInput()
        self.init_weights()

    def _add_norm(self, channels: int) -> None:
        self.norm_name, norm = build_norm_layer(self.norm_cfg, channels)
        self.add_module(self.norm_name, norm)
        if self.with_bias and isinstance(norm, (_BatchNorm, _InstanceNorm)):
            warnings.warn('ConvModule: a bias right before batch or instance norm has no effect', stacklevel=3)

    @property
    def norm(self) -> nn.Module | None:
        """The normalization layer."""
        return getattr(self, self.norm_name) if self.norm_name else None

    def init_weights(self) -> None:
        """Kaiming for the activation at hand; a convolution with an ``init_weights`` of its own keeps what that did."""
        if not isinstance(self.conv, InitializesItself):
            if self.with_activation and self.act_cfg['type'] == 'LeakyReLU':
                slope = self.act_cfg.get('negative_slope', 0.01)
                kaiming_init(self.conv, a=slope, nonlinearity='leaky_relu')
            else:
                kaiming_init(self.conv)
        if self.with_norm:
            constant_init(self.norm, 1, bias=0)

    def forward(self, x: torch.Tensor, activate: bool = True, norm: bool = True) -> torch.Tensor:
        """Run the layers in their order.

        Args:
            x: (N, C, H, W).
            activate: False leaves the activation out.
            norm: False leaves the normalization out.

        Returns:
            (N, K, H', W').
        """
        return run_layers(x, layers_of(self, activate, norm))


def layers_of(module: ConvModule, activate: bool = True, norm: bool = True) -> list[nn.Module]:
    """The layers of a :class:`ConvModule` in their order; arguments as of its ``forward``."""
    layers = dict(conv=[module.padding_layer, module.conv] if module.with_explicit_padding else [module.conv],
                  norm=[module.norm] if norm and module.with_norm else [],
                  act=[module.activate] if activate and module.with_activation else [])
    return [layer for name in module.order for layer in layers[name]]
