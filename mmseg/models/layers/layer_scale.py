"""Residual branches that end with a scale per channel (LayerScale), which is taken into the layer before it.

With ``y = W x + b`` the scale is a part of the weight, ``s y = (s W) x + s b``: a product of the size of the weight
takes the place of one of the size of the map, which training would also have to keep.
"""

import torch
from torch import nn
from torch.func import functional_call

from mmcv.cnn import BaseModule, is_untouched

# What ends with a multiplication by its weight, channel by channel of its output.
_SCALABLE = (nn.Linear, nn.Conv2d, nn.GroupNorm, nn.LayerNorm)


class LayerScaled(BaseModule):
    """Base of blocks with such branches (Touvron et al., https://arxiv.org/abs/2103.17239).

    Attributes:
        scales: the branch that each scale, a parameter (C,) or None, is for, and the last layer of it: the names of
            submodules, of the block and of the branch. The last one is '' where the branch is a single layer.
        scaled_weights: whether scales are taken into weights.
    """

    exact_switches = ('scaled_weights',)
    scales: dict[str, tuple[str, str]]
    scaled_weights: bool = True

    def scaled(self, name: str, x: torch.Tensor) -> torch.Tensor:
        """What the branch of the scale ``name`` makes of ``x``, scaled."""
        scale = getattr(self, name)
        path, last = self.scales[name]
        branch = self.get_submodule(path)
        if scale is None:
            return branch(x)
        layer = branch.get_submodule(last)
        if self.scaled_weights and _takes_a_scale(layer):
            weights = {f'{last}.{key}' if last else key: value for key, value in _scaled(layer, scale).items()}
            return functional_call(branch, weights, x, tie_weights=False)
        out = branch(x)
        channels_first = out.dim() == 4 and not isinstance(layer, nn.Linear)
        return out * (scale[:, None, None] if channels_first else scale)

    @torch.no_grad()
    def fold_scales(self) -> None:
        """Take the scales into the weights for good; see :func:`mmcv.cnn.fuse_conv_bn`."""
        for name, (path, last) in self.scales.items():
            scale, layer = self._parameters.get(name), self.get_submodule(f'{path}.{last}' if last else path)
            if scale is not None and _takes_a_scale(layer):
                for key, value in _scaled(layer, scale).items():
                    setattr(layer, key, nn.Parameter(value))
                setattr(self, name, None)


def _takes_a_scale(layer: nn.Module) -> bool:
    """Whether a layer is a product with its own weight; one that is computed from another tensor is not its own."""
    return any(is_untouched(layer, kind) for kind in _SCALABLE) and layer._parameters.get('weight') is not None


def _scaled(layer: nn.Module, scale: torch.Tensor) -> dict[str, torch.Tensor]:
    """Weight and bias, times a factor per channel of the output."""
    return {name: value * scale.view(-1, *[1] * (value.dim() - 1))
            for name, value in layer.named_parameters(recurse=False)}
