"""VGG (https://arxiv.org/abs/1409.1556), with torchvision's names of weights."""

from collections.abc import Sequence

import torch
from torch import nn

from .frozen_backbone import FrozenBackbone


class VGG(FrozenBackbone):
    """Stages of 3x3 convolutions, each halved by a pooling.

    Args:
        depth: 11, 13, 16 or 19.
        with_bn: whether batch norms follow the convolutions.
        num_classes: how many scores are returned behind the maps; -1 for none.
        num_stages: 1 ... 5.
        dilations: dilation of each stage.
        out_indices: stages whose output is returned.
        frozen_stages, bn_eval, bn_frozen: see :class:`FrozenBackbone`.
        ceil_mode: round sizes up in the poolings.
        with_last_pool: whether the last stage ends with a pooling.

    Attributes:
        range_sub_modules: of each stage, the first of its layers in ``features`` and the first that is not one.

    Raises:
        ValueError: an argument is out of range.
    """

    arch_settings = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}

    def __init__(
        self,
        depth: int,
        with_bn: bool = False,
        num_classes: int = -1,
        num_stages: int = 5,
        dilations: Sequence[int] = (1, 1, 1, 1, 1),
        out_indices: Sequence[int] = (0, 1, 2, 3, 4),
        frozen_stages: int = -1,
        bn_eval: bool = True,
        bn_frozen: bool = False,
        ceil_mode: bool = False,
        with_last_pool: bool = True,
    ) -> None:
        super().__init__(frozen_stages, bn_eval, bn_frozen)
        if depth not in self.arch_settings:
            raise ValueError(f'VGG: depth is {depth}; use one of {", ".join(map(str, self.arch_settings))}')
        if not 1 <= num_stages <= 5 or len(dilations) != num_stages or max(out_indices) > num_stages:
            raise ValueError(f'VGG: num_stages={num_stages}, dilations={dilations} and out_indices={out_indices} do '
                             'not fit: use 1 to 5 stages, a dilation for each, and stages that are there')
        self.stage_blocks = self.arch_settings[depth][:num_stages]
        self.num_classes = num_classes
        self.out_indices = out_indices
        self.module_name = 'features'
        self.range_sub_modules: list[list[int]] = []
        layers: list[nn.Module] = []
        inplanes = 3
        for stage, (blocks, dilation) in enumerate(zip(self.stage_blocks, dilations)):
            begin, planes = len(layers), min(64 * 2**stage, 512)
            layers += make_vgg_layer(inplanes, planes, blocks, dilation, with_bn, ceil_mode)
            self.range_sub_modules.append([begin, len(layers)])
            inplanes = planes
        if not with_last_pool:
            layers.pop()
            self.range_sub_modules[-1][1] -= 1
        self.features = nn.Sequential(*layers)
        if num_classes > 0:
            self.classifier = nn.Sequential(
                nn.Linear(512 * 7 * 7, 4096), nn.ReLU(inplace=True), nn.Dropout(),
                nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(4096, num_classes))

    def parts_to_freeze(self) -> list[nn.Module]:
        """The layers of the first ``frozen_stages`` stages."""
        return [self.features[index] for stage in self.range_sub_modules[:self.frozen_stages]
                for index in range(*stage)]

    def forward(self, x: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        """(N, 3, H, W) to a map per stage of ``out_indices`` and the scores; a single one is no tuple."""
        outs = []
        for stage, layers in enumerate(self.range_sub_modules):
            for index in range(*layers):
                x = self.features[index](x)
            if stage in self.out_indices:
                outs.append(x)
        if self.num_classes > 0:
            outs.append(self.classifier(x.flatten(1)))
        return outs[0] if len(outs) == 1 else tuple(outs)


def make_vgg_layer(
    inplanes: int, planes: int, num_blocks: int, dilation: int = 1, with_bn: bool = False, ceil_mode: bool = False,
) -> list[nn.Module]:
    """The layers of a stage: ``num_blocks`` convolutions of ``planes`` channels and a pooling."""
    layers: list[nn.Module] = []
    for before in (inplanes, *[planes] * (num_blocks - 1)):
        layers.append(nn.Conv2d(before, planes, 3, padding=dilation, dilation=dilation))
        layers += [nn.BatchNorm2d(planes)] if with_bn else []
        layers.append(nn.ReLU(inplace=True))
    return [*layers, nn.MaxPool2d(2, 2, ceil_mode=ceil_mode)]
