"""The head of EncNet."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule, build_norm_layer
from mmseg.models.builder import HEADS, build_loss
from mmseg.models.layers import resize
from mmseg.models.layers.encoding import Encoding

from .decode_head import BaseDecodeHead


class EncModule(nn.Module):
    """Scales the channels of a map by what its encoding says of the whole image.

    Args:
        in_channels: channels of the map.
        num_codes: codewords of the encoding.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
    """

    def __init__(
        self, in_channels: int, num_codes: int, conv_cfg: dict | None, norm_cfg: dict | None, act_cfg: dict | None,
    ) -> None:
        super().__init__()
        self.encoding_project = ConvModule(
            in_channels, in_channels, 1, conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.encoding = nn.Sequential(
            Encoding(in_channels, num_codes), build_norm_layer(_one_dimensional(norm_cfg), num_codes)[1],
            nn.ReLU(inplace=True))
        self.fc = nn.Sequential(nn.Linear(in_channels, in_channels), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(N, in_channels, H, W) to the encoding (N, in_channels) and the scaled map (N, in_channels, H, W)."""
        encoded = self.encoding(self.encoding_project(x)).mean(dim=1)
        return encoded, (x + x * self.fc(encoded)[..., None, None]).relu()


def _one_dimensional(norm_cfg: dict | None) -> dict:
    """The config of a normalization of maps, for codes."""
    if norm_cfg is None:
        return dict(type='BN1d')
    kind = norm_cfg['type']
    return {**norm_cfg, 'type': f'{kind}1d' if kind in ('BN', 'IN') else kind.replace('2d', '1d')}


@HEADS.register_module()
class EncHead(BaseDecodeHead):
    """Context encoding (https://arxiv.org/abs/1803.08904).

    Args:
        num_codes: codewords of the encoding.
        use_se_loss: also learn which classes an image holds, from its encoding.
        add_lateral: join the finer maps.
        loss_se_decode: config of that loss.
        kwargs: see :class:`BaseDecodeHead`; ``input_transform`` is 'multiple_select'.
    """

    def __init__(
        self,
        num_codes: int = 32,
        use_se_loss: bool = True,
        add_lateral: bool = False,
        loss_se_decode: dict = dict(type='CrossEntropyLoss', use_sigmoid=True, loss_weight=0.2),  # noqa: B006
        **kwargs: Any,
    ) -> None:
        super().__init__(input_transform='multiple_select', **kwargs)
        self.use_se_loss = use_se_loss
        self.add_lateral = add_lateral
        self.num_codes = num_codes
        layers = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.bottleneck = ConvModule(self.in_channels[-1], self.channels, 3, padding=1, **layers)
        if add_lateral:
            self.lateral_convs = nn.ModuleList(
                ConvModule(channels, self.channels, 1, **layers) for channels in self.in_channels[:-1])
            self.fusion = ConvModule(len(self.in_channels) * self.channels, self.channels, 3, padding=1, **layers)
        self.enc_module = EncModule(self.channels, num_codes, **layers)
        if use_se_loss:
            self.loss_se_decode = build_loss(loss_se_decode)
            self.se_layer = nn.Linear(self.channels, self.num_classes)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor | tuple[torch.Tensor, torch.Tensor]:
        """Logits; with ``use_se_loss`` also those (N, num_classes) of the classes that the image holds."""
        *finer, x = self._transform_inputs(inputs)
        x = self.bottleneck(x)
        if self.add_lateral:
            laterals = (conv(map_) for conv, map_ in zip(self.lateral_convs, finer))
            resized = (resize(y, x.shape[2:], mode='bilinear', align_corners=self.align_corners) for y in laterals)
            x = self.fusion(torch.cat([x, *resized], dim=1))
        encoded, x = self.enc_module(x)
        logits = self.cls_seg(x)
        return (logits, self.se_layer(encoded)) if self.use_se_loss else logits

    def forward_test(self, inputs: Sequence[torch.Tensor], img_metas: list[dict], test_cfg: dict) -> torch.Tensor:
        return self(inputs)[0] if self.use_se_loss else self(inputs)

    @staticmethod
    def _convert_to_onehot_labels(seg_label: torch.Tensor, num_classes: int) -> torch.Tensor:
        """(N, num_classes) of the label's type: 1 for the classes that occur in the label (N, 1, H, W)."""
        labels = seg_label.flatten(1)
        labels = labels.where((labels >= 0) & (labels < num_classes), num_classes)
        present = seg_label.new_zeros(len(labels), num_classes + 1)
        return present.scatter_(1, labels.long(), 1)[:, :num_classes]

    def losses(
        self, seg_logit: torch.Tensor | tuple[torch.Tensor, torch.Tensor], seg_label: torch.Tensor,
    ) -> dict[str, torch.Tensor]:
        """As of :class:`BaseDecodeHead`, and 'loss_se'."""
        if not self.use_se_loss:
            return super().losses(seg_logit, seg_label)
        logit, se_logit = seg_logit
        losses = super().losses(logit, seg_label)
        losses['loss_se'] = self.loss_se_decode(
            se_logit, self._convert_to_onehot_labels(seg_label, self.num_classes))
        return losses
