"""Runners by name."""

from types import ModuleType
from typing import Any

from mmcv.utils import Registry, build_from_cfg

from .base_runner import BaseRunner

RUNNERS = Registry('runner', base=BaseRunner)


def build_runner(cfg: dict, default_args: dict | None = None) -> BaseRunner:
    """Build a runner: ``dict(type='IterBasedRunner', max_iters=40000)``.

    Args:
        cfg: the ``runner`` section of a config.
        default_args: what the runner needs besides: model, optimizer, work_dir, logger, meta.
    """
    return build_from_cfg(cfg, RUNNERS, default_args)


def obj_from_dict(info: dict, parent: ModuleType | None = None, default_args: dict | None = None) -> Any:
    """The 0.x way to build an object: ``info['type']`` is a class, or the name of one in the module ``parent``."""
    args = {**(default_args or {}), **info}
    kind = args.pop('type')
    if isinstance(kind, str):
        if not hasattr(parent, kind):
            raise ValueError(f'{kind!r} is not in {parent.__name__ if parent else None}')
        kind = getattr(parent, kind)
    return kind(**args)
