"""The head of DANet."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule, Scale
from mmseg.models.builder import HEADS
from mmseg.models.layers.self_attention_block import SelfAttentionBlock

from .decode_head import BaseDecodeHead


class PAM(SelfAttentionBlock):
    """Position attention: every cell attends to all others; nothing is added at first.

    Args:
        in_channels: channels of the map.
        channels: of keys and queries.
    """

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__(
            key_in_channels=in_channels, query_in_channels=in_channels, channels=channels, out_channels=in_channels,
            share_key_query=False, query_downsample=None, key_downsample=None, key_query_num_convs=1,
            key_query_norm=False, value_out_num_convs=1, value_out_norm=False, matmul_norm=False, with_out=False,
            conv_cfg=None, norm_cfg=None, act_cfg=None)
        self.gamma = Scale(0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to the same."""
        return self.gamma(super().forward(x, x)) + x


class CAM(nn.Module):
    """Channel attention: every channel attends to those that differ from it; nothing is added at first."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = Scale(0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        channels = x.flatten(2)
        # The softmax of "the largest product less the product": a shift of each row changes nothing.
        weights = (-(channels @ channels.mT)).softmax(dim=-1)  # (N, C, C)
        return self.gamma((weights @ channels).view_as(x)) + x


@HEADS.register_module()
class DAHead(BaseDecodeHead):
    """Dual attention (https://arxiv.org/abs/1809.02983): over positions and over channels, with a loss for each.

    Args:
        pam_channels: of keys and queries of the position attention.
        kwargs: see :class:`BaseDecodeHead`.
    """

    def __init__(self, pam_channels: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pam_channels = pam_channels
        layers = dict(padding=1, conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.pam_in_conv = ConvModule(self.in_channels, self.channels, 3, **layers)
        self.pam = PAM(self.channels, pam_channels)
        self.pam_out_conv = ConvModule(self.channels, self.channels, 3, **layers)
        self.pam_conv_seg = nn.Conv2d(self.channels, self.num_classes, kernel_size=1)
        self.cam_in_conv = ConvModule(self.in_channels, self.channels, 3, **layers)
        self.cam = CAM()
        self.cam_out_conv = ConvModule(self.channels, self.channels, 3, **layers)
        self.cam_conv_seg = nn.Conv2d(self.channels, self.num_classes, kernel_size=1)

    def pam_cls_seg(self, feat: torch.Tensor) -> torch.Tensor:
        """The classifier of the position attention: (N, channels, h, w) to (N, num_classes, h, w)."""
        return self.pam_conv_seg(feat if self.dropout is None else self.dropout(feat))

    def cam_cls_seg(self, feat: torch.Tensor) -> torch.Tensor:
        """The classifier of the channel attention: (N, channels, h, w) to (N, num_classes, h, w)."""
        return self.cam_conv_seg(feat if self.dropout is None else self.dropout(feat))

    def forward(self, inputs: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Logits of both attentions together, of positions alone, and of channels alone."""
        x = self._transform_inputs(inputs)
        pam_feat = self.pam_out_conv(self.pam(self.pam_in_conv(x)))
        pam_out = self.pam_cls_seg(pam_feat)
        cam_feat = self.cam_out_conv(self.cam(self.cam_in_conv(x)))
        cam_out = self.cam_cls_seg(cam_feat)
        return self.cls_seg(pam_feat + cam_feat), pam_out, cam_out

    def forward_test(self, inputs: Sequence[torch.Tensor], img_metas: list[dict], test_cfg: dict) -> torch.Tensor:
        return self(inputs)[0]

    def losses(self, seg_logit: Sequence[torch.Tensor], seg_label: torch.Tensor) -> dict[str, torch.Tensor]:
        """Losses of the three outputs, named 'pam_cam.', 'pam.' and 'cam.'."""
        return {
            f'{branch}.{name}': value
            for branch, logit in zip(('pam_cam', 'pam', 'cam'), seg_logit)
            for name, value in super(DAHead, self).losses(logit, seg_label).items()}
