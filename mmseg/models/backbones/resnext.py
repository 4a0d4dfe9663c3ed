"""ResNeXt (https://arxiv.org/abs/1611.05431)."""

from typing import Any

from torch import nn

from mmseg.models.builder import BACKBONES

from .residual_blocks import Bottleneck
from .resnet import ResNet


@BACKBONES.register_module()
class ResNeXt(ResNet):
    """A :class:`ResNet` whose 3x3 convolutions have groups.

    Args:
        groups: of each 3x3 convolution.
        base_width: channels of each group in the first stage, if ``base_channels`` is 64.
        kwargs: see :class:`ResNet`; ``depth`` is 50, 101 or 152, and ``zero_init_residual`` has no
            effect, as ever.
    """

    recompute_norm = True  # convolutions of groups take few products, but long
    arch_settings = {depth: ResNet.arch_settings[depth] for depth in (50, 101, 152)}

    def __init__(self, groups: int = 1, base_width: int = 4, **kwargs: Any) -> None:
        self.groups = groups  # plain numbers, which the constructor of the base asks for
        self.base_width = base_width
        super().__init__(**kwargs)

    def _block_init_cfg(self) -> dict | None:
        return None

    def make_res_layer(self, **kwargs: Any) -> nn.Module:
        """Build a stage."""
        return super().make_res_layer(
            groups=self.groups, base_width=self.base_width, base_channels=self.base_channels, **kwargs)


__all__ = ['Bottleneck', 'ResNeXt']
