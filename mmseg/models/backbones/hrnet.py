"""High-resolution networks (https://arxiv.org/abs/1904.04514)."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import Sequential, build_conv_layer, build_norm_layer, run_layers
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import ResLayer

from .base_backbone import BaseBackbone
from .hr_module import HRModule
from .pretrained import CONVOLUTIONAL_INIT
from .residual_blocks import BasicBlock, Bottleneck

_STEM_CHANNELS = 64


@BACKBONES.register_module()
class HRNet(BaseBackbone):
    """HRNet; maps (N, in_channels, H, W) to a list of four maps, at 1/4, 1/8, 1/16 and 1/32 of the size.

    Args:
        extra: 'stage1' to 'stage4', each ``dict(num_modules=1, num_branches=2, block='BASIC', num_blocks=(4, 4),
            num_channels=(32, 64))``, with one of num_blocks and num_channels per branch; block is 'BASIC' or
            'BOTTLENECK'.
        in_channels: channels of the images.
        conv_cfg, norm_cfg: configs of the layers.
        norm_eval: keep batch norms in eval mode, so that their running statistics stay.
        with_cp: recompute blocks in the backward pass instead of keeping their activations.
        frozen_stages: the stem (0) and this many stages, with what leads from one to the next, are neither trained nor
            in training mode; -1 for none.
        zero_init_residual: start with every block as its shortcut; without effect on pretrained weights.
        multiscale_output: return all four maps instead of the largest alone.
        pretrained: checkpoint, short for ``init_cfg=dict(type='Pretrained', checkpoint=...)``.
        init_cfg: initialization.

    Raises:
        ValueError: a stage is missing, or its lists and its branches differ in number.
    """

    default_init_cfg = CONVOLUTIONAL_INIT
    blocks_dict = {'BASIC': BasicBlock, 'BOTTLENECK': Bottleneck}

    def __init__(
        self,
        extra: dict[str, dict],
        in_channels: int = 3,
        conv_cfg: dict | None = None,
        norm_cfg: dict = dict(type='BN', requires_grad=True),  # noqa: B006
        norm_eval: bool = False,
        with_cp: bool = False,
        frozen_stages: int = -1,
        zero_init_residual: bool = False,
        multiscale_output: bool = True,
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(pretrained, init_cfg, norm_eval=norm_eval, with_cp=with_cp, frozen_stages=frozen_stages)
        self.extra = extra
        self.conv_cfg, self.norm_cfg = conv_cfg, norm_cfg
        self.zero_init_residual = zero_init_residual and init_cfg is None and pretrained is None
        first, *later = (_checked(extra, f'stage{i}') for i in (1, 2, 3, 4))
        self.stage1_cfg, self.stage2_cfg, self.stage3_cfg, self.stage4_cfg = first, *later

        self.norm1_name, norm1 = build_norm_layer(norm_cfg, _STEM_CHANNELS, postfix=1)
        self.norm2_name, norm2 = build_norm_layer(norm_cfg, _STEM_CHANNELS, postfix=2)
        self.conv1 = self._convolution(in_channels, _STEM_CHANNELS, stride=2)
        self.add_module(self.norm1_name, norm1)
        self.conv2 = self._convolution(_STEM_CHANNELS, _STEM_CHANNELS, stride=2)
        self.add_module(self.norm2_name, norm2)
        self.relu = nn.ReLU(inplace=True)

        block, width = self.blocks_dict[first['block']], first['num_channels'][0]
        self.layer1 = self._make_layer(block, _STEM_CHANNELS, width, first['num_blocks'][0])
        channels = [width * block.expansion]
        for i, stage in enumerate(later, start=1):
            inputs = [n * self.blocks_dict[stage['block']].expansion for n in stage['num_channels']]
            self.add_module(f'transition{i}', self._make_transition_layer(channels, inputs))
            parts, channels = self._make_stage(stage, inputs, multiscale_output or i < 3)
            self.add_module(f'stage{i + 1}', parts)
        self.out_channels = tuple(channels if multiscale_output else channels[:1])
        self.out_strides = tuple(4 * 2**i for i in range(len(self.out_channels)))
        self._freeze_stages()

    def _convolution(self, in_channels: int, out_channels: int, stride: int) -> nn.Module:
        return build_conv_layer(self.conv_cfg, in_channels, out_channels, 3, stride=stride, padding=1, bias=False)

    def _block_init_cfg(self, block: type[nn.Module]) -> dict | None:
        """A zero last norm makes a block its shortcut."""
        if not self.zero_init_residual:
            return None
        return dict(type='Constant', val=0, override=dict(name='norm2' if block is BasicBlock else 'norm3'))

    def _make_layer(
        self, block: type[nn.Module], inplanes: int, planes: int, blocks: int, stride: int = 1,
    ) -> nn.Sequential:
        return ResLayer(
            block, inplanes, planes, blocks, stride=stride, conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg,
            with_cp=self.with_cp, init_cfg=self._block_init_cfg(block))

    def _make_transition_layer(self, before: Sequence[int], after: Sequence[int]) -> nn.ModuleList:
        """What leads from the maps of one stage to those of the next; None where a map stays as it is."""
        def layers(i: int) -> nn.Module | None:
            if i < len(before):
                return None if before[i] == after[i] else Sequential(*self._step(before[i], after[i], stride=1))
            steps = i + 1 - len(before)
            widths = [before[-1]] * steps + [after[i]]
            return nn.Sequential(*(Sequential(*self._step(*widths[k:k + 2], stride=2)) for k in range(steps)))

        return nn.ModuleList(map(layers, range(len(after))))

    def _step(self, in_channels: int, out_channels: int, stride: int) -> tuple[nn.Module, ...]:
        conv = self._convolution(in_channels, out_channels, stride)
        return conv, build_norm_layer(self.norm_cfg, out_channels)[1], nn.ReLU(inplace=True)

    def _make_stage(
        self, stage: dict, channels: list[int], multiscale_output: bool = True,
    ) -> tuple[Sequential, list[int]]:
        """The modules of a stage, and the channels of each map behind them."""
        block, last = self.blocks_dict[stage['block']], stage['num_modules'] - 1
        modules = [
            HRModule(
                stage['num_branches'], block, stage['num_blocks'], channels, stage['num_channels'],
                multiscale_output=multiscale_output or i < last, with_cp=self.with_cp, conv_cfg=self.conv_cfg,
                norm_cfg=self.norm_cfg, block_init_cfg=self._block_init_cfg(block))
            for i in range(stage['num_modules'])]
        return Sequential(*modules), channels

    @property
    def norm1(self) -> nn.Module:
        """Normalization after the first convolution of the stem."""
        return getattr(self, self.norm1_name)

    @property
    def norm2(self) -> nn.Module:
        """Normalization after the second convolution of the stem."""
        return getattr(self, self.norm2_name)

    def stage_parts(self, stage: int) -> list[nn.Module]:
        if stage == 0:
            return [self.conv1, self.norm1, self.conv2, self.norm2]
        if stage == 1:
            return [self.layer1, self.transition1]
        parts = [getattr(self, f'stage{stage}')]
        return parts if stage == 4 else [*parts, getattr(self, f'transition{stage}')]

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        x = run_layers(x, [self.conv1, self.norm1, self.relu, self.conv2, self.norm2, self.relu])
        maps = [self.layer1(x)]
        for i in (1, 2, 3):
            transition = getattr(self, f'transition{i}')
            sources = maps + maps[-1:] * (len(transition) - len(maps))  # a new map comes from the smallest one
            maps = [each if layer is None else layer(each) for layer, each in zip(transition, sources)]
            maps = getattr(self, f'stage{i + 1}')(maps)
        return maps


def _checked(extra: dict[str, dict], name: str) -> dict:
    if name not in extra:
        raise ValueError(f'HRNet: extra has no {name}; it takes stage1 to stage4')
    stage = extra[name]
    if not len(stage['num_blocks']) == len(stage['num_channels']) == stage['num_branches']:
        raise ValueError(f'HRNet: extra.{name}: num_branches is {stage["num_branches"]}, num_blocks '
                         f'{stage["num_blocks"]} and num_channels {stage["num_channels"]}; give one value per branch')
    if stage['block'] not in HRNet.blocks_dict:
        raise ValueError(f"HRNet: extra.{name}: block is {stage['block']!r}; use 'BASIC' or 'BOTTLENECK'")
    return stage
