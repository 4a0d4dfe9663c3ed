"""The head of disentangled non-local networks."""

from typing import Any

import torch
from torch import nn

from mmcv.cnn import NonLocal2d
from mmseg.models.builder import HEADS

from .fcn_head import FCNHead


class DisentangledNonLocal2d(NonLocal2d):
    """A non-local block whose pairwise term sees differences only, beside a term of each cell alone.

    Args:
        args, kwargs: of :class:`mmcv.cnn.NonLocal2d`.
        temperature: divides the products of 'embedded_gaussian'.
    """

    def __init__(self, *args: Any, temperature: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.temperature = temperature
        self.conv_mask = nn.Conv2d(self.in_channels, 1, kernel_size=1)

    def _scale(self, theta_x: torch.Tensor) -> float:
        return super()._scale(theta_x) / (self.temperature if self.mode == 'embedded_gaussian' else 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        g_x = self.g(x).flatten(2).mT  # (N, S, C')
        if self.mode == 'gaussian':  # the map itself is what is compared, and stays centred, as in the reference
            x = x - x.mean(dim=(2, 3), keepdim=True)
            theta_x, phi_x = x, self.phi(x) if self.sub_sample else x
        else:
            theta_x, phi_x = self.theta(x), self.phi(x)
        theta_x = (theta_x - theta_x.mean(dim=(2, 3), keepdim=True)).flatten(2).mT  # (N, L, C')
        phi_x = (phi_x - phi_x.mean(dim=(2, 3), keepdim=True)).flatten(2)  # (N, C', S)
        pairwise = self._attend(theta_x, phi_x, g_x).mT.reshape(x.shape[0], -1, *x.shape[2:])
        unary = self.conv_mask(x).flatten(2).softmax(dim=-1) @ g_x  # (N, 1, C')
        return x + self.conv_out(pairwise + unary.mT[..., None])


@HEADS.register_module()
class DNLHead(FCNHead):
    """Disentangled non-local networks (https://arxiv.org/abs/2006.06668).

    Args:
        reduction, use_scale, mode: as of :class:`NLHead`.
        temperature: divides the products of 'embedded_gaussian'.
        kwargs: see :class:`FCNHead`, but ``num_convs``.
    """

    def __init__(
        self, reduction: int = 2, use_scale: bool = True, mode: str = 'embedded_gaussian', temperature: float = 0.05,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_convs=2, **kwargs)
        self.reduction = reduction
        self.use_scale = use_scale
        self.mode = mode
        self.temperature = temperature
        self.dnl_block = DisentangledNonLocal2d(
            self.channels, reduction=reduction, use_scale=use_scale, conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg,
            mode=mode, temperature=temperature)

    def _convolve(self, x: torch.Tensor) -> torch.Tensor:
        first, second = self.convs
        return second(self.dnl_block(first(x)))
