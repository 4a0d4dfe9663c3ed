"""Normalization layers that configs name."""

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm

from mmcv.ops import SyncBatchNorm

from .registry import NORM_LAYERS, Abbreviated, build_layer, find

NORM_LAYERS.register_module(['BN', 'BN2d'], module=nn.BatchNorm2d)
NORM_LAYERS.register_module('BN1d', module=nn.BatchNorm1d)
NORM_LAYERS.register_module('BN3d', module=nn.BatchNorm3d)
NORM_LAYERS.register_module(['SyncBN', 'MMSyncBN'], module=SyncBatchNorm)
NORM_LAYERS.register_module('GN', module=nn.GroupNorm)
NORM_LAYERS.register_module('LN', module=nn.LayerNorm)
NORM_LAYERS.register_module(['IN', 'IN2d'], module=nn.InstanceNorm2d)
NORM_LAYERS.register_module('IN1d', module=nn.InstanceNorm1d)
NORM_LAYERS.register_module('IN3d', module=nn.InstanceNorm3d)

# The first match names the layer's attribute, so it decides over the keys of checkpoints.
_ABBREVIATIONS = {_InstanceNorm: 'in', _BatchNorm: 'bn', nn.GroupNorm: 'gn', nn.LayerNorm: 'ln'}
_WORDS = {'batch': 'bn', 'group': 'gn', 'layer': 'ln', 'instance': 'in'}


def infer_abbr(cls: type) -> str:
    """Short name of a norm class: its ``_abbr_``, else that of its torch ancestor, else by its name.

    >>> infer_abbr(nn.BatchNorm2d)
    'bn'
    """
    if isinstance(cls, Abbreviated):
        return cls._abbr_
    for ancestor, abbr in _ABBREVIATIONS.items():
        if issubclass(cls, ancestor):
            return abbr
    return next((abbr for word, abbr in _WORDS.items() if word in cls.__name__.lower()), 'norm_layer')


def build_norm_layer(cfg: dict, num_features: int, postfix: int | str = '') -> tuple[str, nn.Module]:
    """Build a normalization layer.

    Args:
        cfg: ``dict(type=NAME, requires_grad=True, eps=1e-5, ...)``; 'GN' needs ``num_groups``.
        num_features: channels of its input.
        postfix: ends the name: 1 makes 'bn1'.

    Returns:
        Attribute name of the layer, and the layer.

    Raises:
        ValueError: ``postfix`` ends no name.
        ConfigError: ``cfg`` names no norm, or an argument that it does not take.
    """
    if not isinstance(postfix, int | str):
        raise ValueError(f'build_norm_layer: postfix is {postfix!r}: give a number or a string')
    cls = find(cfg, NORM_LAYERS)
    cfg = cfg.copy()
    requires_grad = cfg.pop('requires_grad', True)
    if issubclass(cls, nn.GroupNorm):
        layer = build_layer(cfg, NORM_LAYERS, num_channels=num_features, eps=1e-5)
    else:
        layer = build_layer(cfg, NORM_LAYERS, num_features, eps=1e-5)
    layer.requires_grad_(requires_grad)
    return f'{infer_abbr(cls)}{postfix}', layer


def is_norm(layer: nn.Module, exclude: type | tuple[type, ...] | None = None) -> bool:
    """Whether ``layer`` is a batch, instance, group or layer norm, and none of the ``exclude`` types."""
    return isinstance(layer, tuple(_ABBREVIATIONS)) and not isinstance(layer, exclude or ())
