"""Non-local blocks: every cell attends to all others (https://arxiv.org/abs/1711.07971)."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn.weight_init import constant_init, normal_init
from mmcv.utils import is_method_overridden

from .conv_module import ConvModule
from .registry import PLUGIN_LAYERS

_MODES = ('gaussian', 'embedded_gaussian', 'dot_product', 'concatenation')


class _NonLocalNd(nn.Module):
    """``x + conv_out(weights @ g(x))``, where the weights compare ``theta(x)`` of one cell with ``phi(x)`` of another.

    The method named like the mode defines the (L, S) weights. They are not made where a cheaper way to their product
    with g(x) gives the same; a subclass that overrides the method gets what it says.

    Args:
        in_channels: of the map.
        reduction: ``in_channels`` over those of theta, phi and g.
        use_scale: divide the products of 'embedded_gaussian' by the root of their length.
        conv_cfg: config of all convolutions.
        norm_cfg: config of the norm after ``conv_out``; None means none.
        mode: 'gaussian' compares the input itself, 'embedded_gaussian' theta and phi, both by a softmax of products;
            'dot_product' by products, 'concatenation' by a learned function of both.
        sub_sample: halve (by maxima) the map that is attended to.
        std: of the initial weights.
        zeros_init: let the block begin as the identity.

    Raises:
        ValueError: if the mode is unknown.
    """

    pool: Any = None  # how sub_sample halves: class and kernel

    def __init__(
        self,
        in_channels: int,
        reduction: int = 2,
        use_scale: bool = True,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = None,
        mode: str = 'embedded_gaussian',
        sub_sample: bool = False,
        std: float = 0.01,
        zeros_init: bool = True,
    ) -> None:
        super().__init__()
        if mode not in _MODES:
            raise ValueError(f'{type(self).__name__}: mode is {mode!r}; use one of {", ".join(_MODES)}')
        self.in_channels = in_channels
        self.reduction = reduction
        self.use_scale = use_scale
        self.inter_channels = max(in_channels // reduction, 1)
        self.mode = mode
        self.sub_sample = sub_sample
        self.std = std
        self.zeros_init = zeros_init
        inner = dict(in_channels=in_channels, out_channels=self.inter_channels, kernel_size=1, act_cfg=None)
        self.g = ConvModule(**inner, conv_cfg=conv_cfg)
        self.conv_out = ConvModule(
            self.inter_channels, in_channels, 1, conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=None)
        if mode != 'gaussian':
            self.theta = ConvModule(**inner, conv_cfg=conv_cfg)
            self.phi = ConvModule(**inner, conv_cfg=conv_cfg)
        if mode == 'concatenation':
            self.concat_project = ConvModule(2 * self.inter_channels, 1, 1, bias=False)
        if sub_sample:
            pool, kernel = self.pool
            self.g = nn.Sequential(self.g, pool(kernel))
            self.phi = pool(kernel) if mode == 'gaussian' else nn.Sequential(self.phi, pool(kernel))
        self.init_weights()

    def init_weights(self, std: float | None = None, zeros_init: bool | None = None) -> None:
        """Small weights inside, zeros or small ones behind; as the constructor was told, unless told otherwise."""
        std = self.std if std is None else std
        zeros_init = self.zeros_init if zeros_init is None else zeros_init
        for part in [self.g] if self.mode == 'gaussian' else [self.g, self.theta, self.phi]:
            normal_init((part[0] if isinstance(part, nn.Sequential) else part).conv, std=std)
        last = self.conv_out.conv if self.conv_out.norm is None else self.conv_out.norm
        if zeros_init:
            constant_init(last, 0)
        else:
            normal_init(last, std=std)

    def gaussian(self, theta_x: torch.Tensor, phi_x: torch.Tensor) -> torch.Tensor:
        """(N, L, C) and (N, C, S) to weights (N, L, S)."""
        return (theta_x @ phi_x).softmax(dim=-1)

    def embedded_gaussian(self, theta_x: torch.Tensor, phi_x: torch.Tensor) -> torch.Tensor:
        """(N, L, C) and (N, C, S) to weights (N, L, S)."""
        return (theta_x @ phi_x * self._scale(theta_x)).softmax(dim=-1)

    def dot_product(self, theta_x: torch.Tensor, phi_x: torch.Tensor) -> torch.Tensor:
        """(N, L, C) and (N, C, S) to weights (N, L, S)."""
        return theta_x @ phi_x / phi_x.shape[-1]

    def concatenation(self, theta_x: torch.Tensor, phi_x: torch.Tensor) -> torch.Tensor:
        """(N, C, L, 1) and (N, C, 1, S) to weights (N, L, S)."""
        # A 1x1 convolution over both in one map of L x S cells is the sum of one over either.
        own, other = self.concat_project.conv.weight.split(self.inter_channels, dim=1)
        product = F.conv2d(theta_x, own) + F.conv2d(phi_x, other)
        return self.concat_project.activate(product).squeeze(1) / phi_x.shape[-1]

    def _scale(self, theta_x: torch.Tensor) -> float:
        return theta_x.shape[-1]**-0.5 if self.mode == 'embedded_gaussian' and self.use_scale else 1.0

    def _attend(self, theta_x: torch.Tensor, phi_x: torch.Tensor, g_x: torch.Tensor) -> torch.Tensor:
        """(N, L, C), (N, C, S) and (N, S, C) to the weighted sums (N, L, C)."""
        if self.mode == 'concatenation' or is_method_overridden(self.mode, _NonLocalNd, self):
            if self.mode == 'concatenation':
                theta_x, phi_x = theta_x.mT[..., None], phi_x[:, :, None]
            weights = {mode: getattr(self, mode) for mode in _MODES}[self.mode](theta_x, phi_x)
            return weights @ g_x
        if self.mode == 'dot_product':
            return theta_x @ (phi_x @ g_x / phi_x.shape[-1])
        query, key, value = (x.contiguous()[:, None] for x in (theta_x, phi_x.mT, g_x))
        return F.scaled_dot_product_attention(query, key, value, scale=self._scale(theta_x))[:, 0]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, ...) to the same."""
        g_x = self.g(x).flatten(2).mT
        if self.mode == 'gaussian':
            theta_x = x.flatten(2).mT
            phi_x = (self.phi(x) if self.sub_sample else x).flatten(2)
        else:
            theta_x = self.theta(x).flatten(2).mT
            phi_x = self.phi(x).flatten(2)
        y = self._attend(theta_x, phi_x, g_x)
        return x + self.conv_out(y.mT.reshape(x.shape[0], -1, *x.shape[2:]))


class NonLocal1d(_NonLocalNd):
    """A non-local block over (N, C, L); see :class:`_NonLocalNd` for its arguments."""

    pool = (nn.MaxPool1d, 2)

    def __init__(
        self, in_channels: int, sub_sample: bool = False, conv_cfg: dict | None = dict(type='Conv1d'),  # noqa: B006
        **kwargs: Any,
    ) -> None:
        super().__init__(in_channels, sub_sample=sub_sample, conv_cfg=conv_cfg, **kwargs)


@PLUGIN_LAYERS.register_module()
class NonLocal2d(_NonLocalNd):
    """A non-local block over (N, C, H, W); see :class:`_NonLocalNd` for its arguments."""

    _abbr_ = 'nonlocal_block'
    pool = (nn.MaxPool2d, (2, 2))

    def __init__(
        self, in_channels: int, sub_sample: bool = False, conv_cfg: dict | None = dict(type='Conv2d'),  # noqa: B006
        **kwargs: Any,
    ) -> None:
        super().__init__(in_channels, sub_sample=sub_sample, conv_cfg=conv_cfg, **kwargs)


class NonLocal3d(_NonLocalNd):
    """A non-local block over (N, C, T, H, W), halved in H and W; see :class:`_NonLocalNd` for its arguments."""

    pool = (nn.MaxPool3d, (1, 2, 2))

    def __init__(
        self, in_channels: int, sub_sample: bool = False, conv_cfg: dict | None = dict(type='Conv3d'),  # noqa: B006
        **kwargs: Any,
    ) -> None:
        super().__init__(in_channels, sub_sample=sub_sample, conv_cfg=conv_cfg, **kwargs)
