"""The head of PSANet."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmcv.ops import PSAMask, is_exported
from mmseg.models.builder import HEADS
from mmseg.models.layers import resize

from .decode_head import BaseDecodeHead

_TYPES = ('collect', 'distribute', 'bi-direction')


@HEADS.register_module()
class PSAHead(BaseDecodeHead):
    """Point-wise spatial attention (Zhao et al., ECCV 2018).

    Args:
        mask_size: (rows, columns) of the attention's reach, relative to each cell.
        psa_type: cells 'collect' from others, 'distribute' to others, or both ('bi-direction').
        compact: take the attention as given for all pairs of cells, not relative to each; ``mask_size`` is then the
            size of the shrunken map.
        shrink_factor: by how much the map is shrunk for the attention.
        normalization_factor: divides what is gathered; None means rows * columns.
        psa_softmax: let the attention of each cell add up to one.
        kwargs: see :class:`BaseDecodeHead`.
    """

    def __init__(
        self,
        mask_size: tuple[int, int],
        psa_type: str = 'bi-direction',
        compact: bool = False,
        shrink_factor: int = 2,
        normalization_factor: float | None = 1.0,
        psa_softmax: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if psa_type not in _TYPES:
            raise ValueError(f'PSAHead: psa_type is {psa_type!r}; use one of {", ".join(_TYPES)}')
        self.psa_type = psa_type
        self.compact = compact
        self.shrink_factor = shrink_factor
        self.mask_size = mask_size
        self.psa_softmax = psa_softmax
        reach = mask_size[0] * mask_size[1]
        self.normalization_factor = reach if normalization_factor is None else normalization_factor
        both = psa_type == 'bi-direction'
        self.reduce = self._conv(self.in_channels, self.channels)
        self.attention = self._attention(reach)
        if both:
            self.reduce_p = self._conv(self.in_channels, self.channels)
            self.attention_p = self._attention(reach)
            self.psamask_collect = PSAMask('collect', mask_size)
            self.psamask_distribute = PSAMask('distribute', mask_size)
        else:
            self.psamask = PSAMask(psa_type, mask_size)
        self.proj = self._conv(self.channels * (2 if both else 1), self.in_channels, padding=1)
        self.bottleneck = self._conv(self.in_channels * 2, self.channels, 3, padding=1)

    def _conv(self, in_channels: int, channels: int, kernel_size: int = 1, padding: int = 0) -> ConvModule:
        return ConvModule(in_channels, channels, kernel_size, padding=padding, conv_cfg=self.conv_cfg,
                          norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)

    def _attention(self, reach: int) -> nn.Sequential:
        return nn.Sequential(
            self._conv(self.channels, self.channels), nn.Conv2d(self.channels, reach, kernel_size=1, bias=False))

    def _shrunken(self, x: torch.Tensor) -> tuple[torch.Tensor, int]:
        """The map at the size of the attention, and the ``align_corners`` of this and of the way back."""
        factor = self.shrink_factor
        if factor == 1:
            return x, self.align_corners
        height, width = x.shape[2:]
        aligned = torch.sym_min(height % factor, 1) * torch.sym_min(width % factor, 1)
        size = [side // factor + aligned for side in (height, width)]
        return _resized(x, size, aligned), aligned

    def _gathered(self, x: torch.Tensor, attention: nn.Module, mask: PSAMask, collects: bool) -> torch.Tensor:
        """(N, C, h, w) to what each cell gathers of it, of the same shape."""
        cells = x.shape[2] * x.shape[3]
        weights = attention(x)  # (N, reach, h, w)
        if not self.compact:
            weights = mask(weights)  # (N, h * w, h, w): from each cell to each
        elif collects:
            weights = weights.flatten(2).mT.reshape_as(weights)
        if self.psa_softmax:
            weights = weights.softmax(dim=1)
        return (x.flatten(2) @ weights.reshape(-1, cells, cells)).view_as(x) * (1.0 / self.normalization_factor)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        x = self._transform_inputs(inputs)
        out, aligned = self._shrunken(self.reduce(x))
        if self.psa_type == 'bi-direction':
            other, _ = self._shrunken(self.reduce_p(x))
            out = torch.cat([
                self._gathered(out, self.attention, self.psamask_collect, False),
                self._gathered(other, self.attention_p, self.psamask_distribute, True)], dim=1)
        else:
            out = self._gathered(out, self.attention, self.psamask, self.psa_type == 'collect')
        out = _resized(self.proj(out), x.shape[2:], aligned)
        return self.cls_seg(self.bottleneck(torch.cat([x, out], dim=1)))


def _resized(x: torch.Tensor, size: Sequence[int], aligned: int) -> torch.Tensor:
    """Resize with ``align_corners`` where ``aligned`` is 1; that may depend on sizes which an export leaves free."""
    if not (is_exported() and isinstance(aligned, torch.SymInt)):
        return resize(x, size, mode='bilinear', align_corners=bool(aligned))
    apart, joined = (resize(x, size, mode='bilinear', align_corners=each) for each in (False, True))
    return apart * (1 - aligned) + joined * aligned
