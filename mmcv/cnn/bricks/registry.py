"""The layers that configs can name, one registry per kind, and how such a config becomes a layer."""

import inspect
from typing import Any, Protocol, runtime_checkable

from torch import nn

from mmcv.utils import Registry, build_from_cfg

CONV_LAYERS = Registry('conv layer', base=nn.Module)
NORM_LAYERS = Registry('norm layer', base=nn.Module)
ACTIVATION_LAYERS = Registry('activation layer', base=nn.Module)
PADDING_LAYERS = Registry('padding layer', base=nn.Module)
UPSAMPLE_LAYERS = Registry('upsample layer', base=nn.Module)
PLUGIN_LAYERS = Registry('plugin layer', base=nn.Module)

DROPOUT_LAYERS = Registry('dropout layer', base=nn.Module)
POSITIONAL_ENCODING = Registry('position encoding', base=nn.Module)
ATTENTION = Registry('attention', base=nn.Module)
FEEDFORWARD_NETWORK = Registry('feed-forward network', base=nn.Module)
TRANSFORMER_LAYER = Registry('transformer layer', base=nn.Module)
TRANSFORMER_LAYER_SEQUENCE = Registry('sequence of transformer layers', base=nn.Module)


@runtime_checkable
class Abbreviated(Protocol):
    """A class that says what the attributes that hold its layers are called."""

    _abbr_: str


def build_layer(cfg: dict, registry: Registry, *args: Any, **kwargs: Any) -> nn.Module:
    """Build a layer of its config and of what the caller adds, by position or by name.

    Args:
        cfg: ``dict(type=NAME, ...)``.
        registry: where the name is looked up.
        *args, **kwargs: further arguments of the layer.

    Raises:
        ConfigError: ``cfg`` names no layer of the registry, or an argument that the layer does not take.
    """
    cls = find(cfg, registry)
    return build_from_cfg(cfg, registry, {**dict(zip(_names(cls, len(args)), args)), **kwargs})


def find(cfg: dict, registry: Registry) -> type[nn.Module]:
    """The class that ``cfg`` names (or is)."""
    kind = cfg.get('type') if isinstance(cfg, dict) else None
    cls = registry.get(kind) if isinstance(kind, str) else kind
    # What is wrong with it is said by whoever says so for every other config.
    return cls or build_from_cfg(cfg, registry)


def _names(cls: type[nn.Module], count: int) -> list[str]:
    """Names of the first arguments; a constructor of ``*args, **kwargs`` hands them on to its base."""
    for base in cls.__mro__:
        if '__init__' in vars(base):
            parameters = list(inspect.signature(base.__init__).parameters.values())[1:]
            names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
            if len(names) >= count:
                return names[:count]
    raise TypeError(f'{cls.__name__} names less than {count} of its arguments')
