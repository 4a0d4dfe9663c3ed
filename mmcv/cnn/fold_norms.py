"""Folding batch norm and scales into the convolution before them, for inference."""

from typing import Protocol, runtime_checkable

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmcv.ops import SyncBatchNorm

from .bricks import ConvAWS2d, ConvModule, ConvWS2d


@runtime_checkable
class FoldsScales(Protocol):
    """A module with scales of its own that can become a part of its layers' weights."""

    def fold_scales(self) -> None:
        """Take them into the weights, and have none from then on."""


@runtime_checkable
class NormAct(Protocol):
    """A batch norm, as those of timm are, that goes on to drop cells and to activate."""

    drop: nn.Module
    act: nn.Module


_FORWARDS = (_BatchNorm.forward, nn.SyncBatchNorm.forward, SyncBatchNorm.forward)


def fuse_conv_bn(module: nn.Module) -> nn.Module:
    """Fold every batch norm that directly follows a convolution, in ``module`` and below, into its weight and bias.

    The folded norms become ``nn.Identity``, a :class:`NormAct` what follows its norm. A module that
    :class:`FoldsScales` (LayerScale) folds those too. In eval mode outputs stay the same up to rounding; do not train
    afterwards.

    "Follows" means: is the next child. A :class:`ConvModule` of another order than conv, norm is left alone, and so are
    convolutions whose weight is computed (spectral norm, standardised ones), norms without running statistics and
    those of a ``forward`` of their own.

    Args:
        module: a model or a part of one, in which weights are loaded.

    Returns:
        ``module``, changed in place.
    """
    if isinstance(module, FoldsScales):
        module.fold_scales()
    previous = None
    foldable = not isinstance(module, ConvModule) or ('conv', 'norm') in zip(module.order, module.order[1:])
    for name, child in module.named_children():
        if foldable and _is_foldable(child) and _feeds(previous, child):
            _fold(previous, child)
            setattr(module, name, _rest(child))
        else:
            fuse_conv_bn(child)
        previous = child
    return module


def _is_foldable(norm: nn.Module) -> bool:
    known = type(norm).forward in _FORWARDS or isinstance(norm, NormAct)
    return known and isinstance(norm, _BatchNorm) and norm.track_running_stats


def _rest(norm: _BatchNorm) -> nn.Module:
    """What a norm does beside what is folded."""
    return nn.Sequential(norm.drop, norm.act) if isinstance(norm, NormAct) else nn.Identity()


def _feeds(conv: nn.Module | None, norm: _BatchNorm) -> bool:
    """Whether a norm may be that of a convolution; one over several convolutions' outputs has more channels."""
    return _is_plain(conv) and conv.out_channels == norm.num_features


def _is_plain(module: nn.Module | None) -> bool:
    standardised = isinstance(module, (ConvWS2d, ConvAWS2d))  # whatever scale is folded into them, they take it out
    return isinstance(module, nn.Conv2d) and 'weight' in module._parameters and not standardised


@torch.no_grad()
def _fold(conv: nn.Conv2d, bn: _BatchNorm) -> None:
    scale = (bn.running_var + bn.eps).rsqrt()
    scale = scale if bn.weight is None else scale * bn.weight
    bias = -bn.running_mean if conv.bias is None else conv.bias - bn.running_mean
    bias = bias * scale
    conv.weight = nn.Parameter(conv.weight * scale.view(-1, 1, 1, 1))
    conv.bias = nn.Parameter(bias if bn.bias is None else bias + bn.bias)
