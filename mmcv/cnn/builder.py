"""Models by config: one, or a list of parts that run one after the other."""

from torch import nn

from mmcv.utils import Registry, build_from_cfg

from .base_module import Sequential


def build_model_from_cfg(
    cfg: dict | list[dict], registry: Registry, default_args: dict | None = None,
) -> nn.Module:
    """Build a model.

    Args:
        cfg: of a model, or a list of such, which become a ``Sequential``.
        registry: of the types.
        default_args: arguments where the config has none.
    """
    if isinstance(cfg, list):
        return Sequential(*(build_from_cfg(part, registry, default_args) for part in cfg))
    return build_from_cfg(cfg, registry, default_args)


MODELS = Registry('model', build_func=build_model_from_cfg)
