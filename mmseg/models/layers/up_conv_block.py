"""One step up of a U-shaped network."""

import torch
from torch import nn

from mmcv.cnn import ConvModule, build_upsample_layer


class UpConvBlock(nn.Module):
    """Upsample the lower map, join it to the skip connection, convolve.

    Args:
        conv_block: class of the convolutions that follow the join.
        in_channels: channels of the lower map.
        skip_channels: channels of the skip connection, and of the upsampled map.
        out_channels: output channels.
        num_convs, stride, dilation, with_cp: arguments of ``conv_block``.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        upsample_cfg: config of the upsampling; None where both maps are of one size.
    """

    def __init__(
        self,
        conv_block: type[nn.Module],
        in_channels: int,
        skip_channels: int,
        out_channels: int,
        num_convs: int = 2,
        stride: int = 1,
        dilation: int = 1,
        with_cp: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = dict(type='BN'),  # noqa: B006
        act_cfg: dict | None = dict(type='ReLU'),  # noqa: B006
        upsample_cfg: dict | None = dict(type='InterpConv'),  # noqa: B006
    ) -> None:
        super().__init__()
        layers = dict(norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.conv_block = conv_block(
            in_channels=2 * skip_channels,
            out_channels=out_channels,
            num_convs=num_convs,
            stride=stride,
            dilation=dilation,
            with_cp=with_cp,
            conv_cfg=conv_cfg,
            **layers,
        )
        if upsample_cfg is not None:
            channels = dict(in_channels=in_channels, out_channels=skip_channels)
            self.upsample = build_upsample_layer(upsample_cfg, **channels, with_cp=with_cp, **layers)
        else:
            self.upsample = ConvModule(in_channels, skip_channels, kernel_size=1, conv_cfg=conv_cfg, **layers)

    def forward(self, skip: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return self.conv_block(torch.cat([skip, self.upsample(x)], dim=1))
