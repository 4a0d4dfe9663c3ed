"""What the plain backbones of mmcv have in common: loading weights, and parts that are not trained."""

from collections.abc import Iterable

from torch import nn

from .weight_init import initialize

_DRAWN = [
    dict(type='Kaiming', layer='Conv2d'), dict(type='Constant', val=1, layer='BatchNorm2d'),
    dict(type='Normal', std=0.01, layer='Linear'),
]


class FrozenBackbone(nn.Module):
    """A backbone of convolutions and batch norms.

    Args:
        frozen_stages: this many parts of :meth:`parts_to_freeze` are neither trained nor in training mode; -1 for none.
        bn_eval: keep batch norms in eval mode, so that their running statistics stay.
        bn_frozen: with ``bn_eval``, do not train their weights and biases either.
    """

    def __init__(self, frozen_stages: int = -1, bn_eval: bool = True, bn_frozen: bool = False) -> None:
        super().__init__()
        self.frozen_stages = frozen_stages
        self.bn_eval = bn_eval
        self.bn_frozen = bn_frozen

    def parts_to_freeze(self) -> Iterable[nn.Module]:
        """The modules of the first ``frozen_stages`` stages."""
        return ()

    def init_weights(self, pretrained: str | None = None) -> None:
        """Load a checkpoint, or without one draw the weights.

        Args:
            pretrained: a path, or an address such as 'torchvision://resnet50'.

        Raises:
            TypeError: it is nothing of that kind.
        """
        if not isinstance(pretrained, str | None):
            raise TypeError(f'pretrained is {pretrained!r}: give a path, an address, or None')
        initialize(self, _DRAWN if pretrained is None else dict(type='Pretrained', checkpoint=pretrained))

    def train(self, mode: bool = True) -> 'FrozenBackbone':
        """Set the mode, but for what stays in eval mode."""
        super().train(mode)
        norms = [module for module in self.modules() if isinstance(module, nn.BatchNorm2d)] if self.bn_eval else []
        for norm in norms:
            norm.eval()
        frozen = [*self.parts_to_freeze()] if mode and self.frozen_stages >= 0 else []
        for part in frozen:
            part.eval()
        for module in [*frozen, *(norms if self.bn_frozen else ())]:
            module.requires_grad_(False)
        return self
