"""AlexNet (https://arxiv.org/abs/1404.5997), with torchvision's names of weights."""

import torch
from torch import nn

from .frozen_backbone import FrozenBackbone


class AlexNet(FrozenBackbone):
    """Five convolutions, and three linear layers where classes are asked for.

    Args:
        num_classes: how many scores; -1 returns the map (N, 256, H / 32, W / 32) before the linear layers.
    """

    def __init__(self, num_classes: int = -1) -> None:
        super().__init__()
        self.num_classes = num_classes
        layers: list[nn.Module] = []
        before = 3
        for channels, kernel, stride, padding, pooled in (
            (64, 11, 4, 2, True), (192, 5, 1, 2, True), (384, 3, 1, 1, False), (256, 3, 1, 1, False),
            (256, 3, 1, 1, True),
        ):
            layers += [nn.Conv2d(before, channels, kernel, stride, padding), nn.ReLU(inplace=True)]
            layers += [nn.MaxPool2d(3, 2)] if pooled else []
            before = channels
        self.features = nn.Sequential(*layers)
        if num_classes > 0:
            self.classifier = nn.Sequential(
                nn.Dropout(), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(inplace=True),
                nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Linear(4096, num_classes))

    def init_weights(self, pretrained: str | None = None) -> None:
        """Load a checkpoint; without one the weights stay as torch has drawn them."""
        if pretrained is not None:
            super().init_weights(pretrained)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, H, W) to a map, or from (N, 3, 224, 224) to scores (N, num_classes)."""
        x = self.features(x)
        return self.classifier(x.flatten(1)) if self.num_classes > 0 else x
