"""Feature pyramid networks."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.amp import auto_fp16
from mmcv.cnn import BaseModule, ConvModule
from mmseg.models.builder import NECKS
from mmseg.models.layers import resize

_EXTRA_SOURCES = ('on_input', 'on_lateral', 'on_output')


@NECKS.register_module()
class FPN(BaseModule):
    """Feature pyramid networks (https://arxiv.org/abs/1612.03144): coarse levels are added to finer ones, top down.

    Args:
        in_channels: channels of each input, large maps first.
        out_channels: channels of every output.
        num_outs: how many levels come out.
        start_level, end_level: the inputs that are used, from the first to the one before the last; -1 means all.
        add_extra_convs: how levels beyond the inputs are made: by max pooling (False), or by strided convolutions over
            the last input ('on_input'), its lateral map ('on_lateral') or the last output ('on_output' or True).
        extra_convs_on_inputs: with ``add_extra_convs=True``, means 'on_input'.
        relu_before_extra_convs: apply a ReLU before each extra convolution but the first.
        no_norm_on_lateral: leave out the normalization of the lateral convolutions.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        upsample_cfg: how a level is enlarged, as of :func:`mmseg.models.layers.resize`.
        init_cfg: initialization.

    Raises:
        ValueError: levels and outputs do not agree.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int,
        num_outs: int,
        start_level: int = 0,
        end_level: int = -1,
        add_extra_convs: bool | str = False,
        extra_convs_on_inputs: bool = False,
        relu_before_extra_convs: bool = False,
        no_norm_on_lateral: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = None,
        act_cfg: dict | None = None,
        upsample_cfg: dict = dict(mode='nearest'),  # noqa: B006
        init_cfg: dict | list[dict] | None = dict(  # noqa: B006
            type='Xavier', layer='Conv2d', distribution='uniform'),
    ) -> None:
        super().__init__(init_cfg)
        if add_extra_convs not in (False, True, *_EXTRA_SOURCES):
            raise ValueError(f'FPN: add_extra_convs is {add_extra_convs!r}; use True, False or one of {_EXTRA_SOURCES}')
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.num_ins = len(in_channels)
        self.num_outs = num_outs
        self.start_level = start_level
        self.end_level = end_level
        self.relu_before_extra_convs = relu_before_extra_convs
        self.no_norm_on_lateral = no_norm_on_lateral
        self.upsample_cfg = dict(upsample_cfg)
        self.fp16_enabled = False
        self.backbone_end_level = self.num_ins if end_level == -1 else end_level
        extra = num_outs - (self.backbone_end_level - start_level)
        if self.backbone_end_level > self.num_ins or extra < 0 or (end_level != -1 and extra):
            raise ValueError(f'FPN: num_outs is {num_outs} and end_level {end_level} for levels {start_level} to '
                             f'{self.backbone_end_level - 1}; further levels need end_level=-1')
        self.add_extra_convs = add_extra_convs
        if add_extra_convs is True:
            self.add_extra_convs = 'on_input' if extra_convs_on_inputs else 'on_output'

        layers = dict(conv_cfg=conv_cfg, act_cfg=act_cfg, inplace=False)
        lateral_norm = None if no_norm_on_lateral else norm_cfg
        used = in_channels[start_level:self.backbone_end_level]
        self.lateral_convs = nn.ModuleList(
            ConvModule(channels, out_channels, 1, norm_cfg=lateral_norm, **layers) for channels in used)
        self.fpn_convs = nn.ModuleList(
            ConvModule(out_channels, out_channels, 3, padding=1, norm_cfg=norm_cfg, **layers) for _ in used)
        for i in range(extra if self.add_extra_convs else 0):
            first_on_input = i == 0 and self.add_extra_convs == 'on_input'
            channels = used[-1] if first_on_input else out_channels
            self.fpn_convs.append(
                ConvModule(channels, out_channels, 3, stride=2, padding=1, norm_cfg=norm_cfg, **layers))

    @auto_fp16()
    def forward(self, inputs: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """Maps (N, in_channels[i], h, w) to ``num_outs`` maps (N, out_channels, h, w), large to small."""
        if len(inputs) != self.num_ins:
            raise ValueError(f'FPN: {len(inputs)} maps, but in_channels has {self.num_ins}')
        used = inputs[self.start_level:self.backbone_end_level]
        laterals = [conv(x) for conv, x in zip(self.lateral_convs, used)]
        for i in range(len(laterals) - 1, 0, -1):
            laterals[i - 1] = laterals[i - 1] + self._enlarged(laterals[i], laterals[i - 1])
        outs = [conv(x) for conv, x in zip(self.fpn_convs, laterals)]
        if self.add_extra_convs and self.num_outs > len(outs):
            sources = {'on_input': used[-1], 'on_lateral': laterals[-1], 'on_output': outs[-1]}
            outs += self._extra(sources[self.add_extra_convs], self.fpn_convs[len(outs):])
        while len(outs) < self.num_outs:
            outs.append(F.max_pool2d(outs[-1], 1, stride=2))
        return tuple(outs)

    def _enlarged(self, x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        if 'scale_factor' in self.upsample_cfg:
            return resize(x, **self.upsample_cfg)
        return resize(x, like.shape[2:], **self.upsample_cfg)

    def _extra(self, x: torch.Tensor, convs: Sequence[nn.Module]) -> list[torch.Tensor]:
        outs = []
        for conv in convs:
            x = conv(x.relu() if outs and self.relu_before_extra_convs else x)
            outs.append(x)
        return outs
