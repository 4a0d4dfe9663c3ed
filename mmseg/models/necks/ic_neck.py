"""The cascade of ICNet."""

from collections.abc import Sequence

import torch

from mmcv.cnn import BaseModule, ConvModule
from mmseg.models.builder import NECKS
from mmseg.models.layers import resize


class CascadeFeatureFusion(BaseModule):
    """Joins a coarse map and one of twice its size.

    Args:
        low_channels, high_channels: channels of the coarse and of the fine map.
        out_channels: channels of both outputs.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        align_corners: of the resizing.
        init_cfg: initialization.
    """

    def __init__(
        self,
        low_channels: int,
        high_channels: int,
        out_channels: int,
        conv_cfg: dict | None = None,
        norm_cfg: dict = dict(type='BN'),  # noqa: B006
        act_cfg: dict = dict(type='ReLU'),  # noqa: B006
        align_corners: bool = False,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.align_corners = align_corners
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.conv_low = ConvModule(low_channels, out_channels, 3, padding=2, dilation=2, **layers)
        self.conv_high = ConvModule(high_channels, out_channels, 1, **layers)

    def forward(self, x_low: torch.Tensor, x_high: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The joined map (N, out_channels, H, W), and the convolved coarse one, which guides the training."""
        x_low = resize(x_low, x_high.shape[2:], mode='bilinear', align_corners=self.align_corners)
        x_low = self.conv_low(x_low)
        return (x_low + self.conv_high(x_high)).relu_(), x_low


@NECKS.register_module()
class ICNeck(BaseModule):
    """Image cascade (https://arxiv.org/abs/1704.08545): the maps of the image at a quarter, half and full size, joined.

    Args:
        in_channels: channels of the three inputs, the one of the full image first.
        out_channels: channels of each output.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        align_corners: of the resizing.
        init_cfg: initialization.
    """

    def __init__(
        self,
        in_channels: Sequence[int] = (64, 256, 256),
        out_channels: int = 128,
        conv_cfg: dict | None = None,
        norm_cfg: dict = dict(type='BN'),  # noqa: B006
        act_cfg: dict = dict(type='ReLU'),  # noqa: B006
        align_corners: bool = False,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if len(in_channels) != 3:
            raise ValueError(f'ICNeck: in_channels is {in_channels}; give three, of the full, half and quarter image')
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.align_corners = align_corners
        full, half, quarter = in_channels
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg, align_corners=align_corners)
        self.cff_24 = CascadeFeatureFusion(quarter, half, out_channels, **layers)
        self.cff_12 = CascadeFeatureFusion(out_channels, full, out_channels, **layers)

    def forward(self, inputs: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Two maps for the auxiliary heads, the coarser one first, and the one for the decode head."""
        if len(inputs) != 3:
            raise ValueError(f'ICNeck: {len(inputs)} maps; it takes three, of the full, half and quarter image')
        full, half, quarter = inputs
        joined, guide_24 = self.cff_24(quarter, half)
        joined, guide_12 = self.cff_12(joined, full)
        return guide_24, guide_12, joined
