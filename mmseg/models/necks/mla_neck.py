"""The multi-level feature aggregation of SETR."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import BaseModule, ConvModule, build_norm_layer
from mmseg.models.builder import NECKS
from mmseg.models.layers.shape_convert import nchw_to_nlc, nlc_to_nchw


class MLAModule(nn.Module):
    """Projects maps to one width, adds them up from the last to the first, and convolves each sum.

    Args:
        in_channels: channels of each input.
        out_channels: channels of each output.
        norm_cfg, act_cfg: configs of the layers.
    """

    def __init__(
        self,
        in_channels: Sequence[int] = (1024, 1024, 1024, 1024),
        out_channels: int = 256,
        norm_cfg: dict | None = None,
        act_cfg: dict | None = None,
    ) -> None:
        super().__init__()
        layers = dict(norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.channel_proj = nn.ModuleList(ConvModule(channels, out_channels, 1, **layers) for channels in in_channels)
        self.feat_extract = nn.ModuleList(
            ConvModule(out_channels, out_channels, 3, padding=1, **layers) for _ in in_channels)

    def forward(self, inputs: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """Maps (N, in_channels[i], H, W) to maps (N, out_channels, H, W), that of the last input first."""
        outs, total = [], None
        projected = [conv(x) for conv, x in zip(self.channel_proj, inputs)]
        for x, conv in zip(reversed(projected), self.feat_extract):
            total = x if total is None else total + x
            outs.append(conv(total))
        return tuple(outs)


@NECKS.register_module()
class MLANeck(BaseModule):
    """Multi-level feature aggregation (https://arxiv.org/abs/2012.15840) over maps of one size.

    Args:
        in_channels: channels of each input.
        out_channels: channels of each output.
        norm_layer: config of the normalization over the channels of each input.
        norm_cfg, act_cfg: configs of the convolutions.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int,
        norm_layer: dict = dict(type='LN', eps=1e-6, requires_grad=True),  # noqa: B006
        norm_cfg: dict | None = None,
        act_cfg: dict | None = None,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.norm = nn.ModuleList(build_norm_layer(norm_layer, channels)[1] for channels in in_channels)
        self.mla = MLAModule(in_channels, out_channels, norm_cfg, act_cfg)

    def forward(self, inputs: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """Maps (N, in_channels[i], H, W) to maps (N, out_channels, H, W), that of the last input first."""
        if len(inputs) != len(self.in_channels):
            raise ValueError(f'MLANeck: {len(inputs)} maps, but in_channels has {len(self.in_channels)}')
        return self.mla([nlc_to_nchw(norm(nchw_to_nlc(x)), x.shape[2:]) for norm, x in zip(self.norm, inputs)])
