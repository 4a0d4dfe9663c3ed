"""What the plain backbones of mmcv have in common: loading weights, and parts that are not trained."""

from collections.abc import Iterable

from torch import nn

from .weight_init import constant_init, kaiming_init, normal_init


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
        if pretrained is not None:
            if not isinstance(pretrained, str):
                raise TypeError(f'pretrained is {pretrained!r}: give a path, an address, or None')
            from mmcv.checkpoint import load_checkpoint

            load_checkpoint(self, pretrained)
            return
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                kaiming_init(module)
            elif isinstance(module, nn.BatchNorm2d):
                constant_init(module, 1)
            elif isinstance(module, nn.Linear):
                normal_init(module, std=0.01)

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
