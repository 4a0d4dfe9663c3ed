"""Runners by name."""

import copy
from collections.abc import Callable
from types import ModuleType
from typing import Any

from mmcv.utils import Registry, build_from_cfg

from .base_runner import BaseRunner

RUNNERS = Registry('runner', base=BaseRunner)
RUNNER_BUILDERS = Registry('runner constructor')


def build_runner(cfg: dict, default_args: dict | None = None) -> BaseRunner:
    """Build a runner: ``dict(type='IterBasedRunner', max_iters=40000)``.

    Args:
        cfg: the ``runner`` section of a config; ``constructor`` names what builds it, one of ``RUNNER_BUILDERS``.
        default_args: what the runner needs besides: model, optimizer, work_dir, logger, meta.
    """
    if 'constructor' not in cfg:
        return build_from_cfg(cfg, RUNNERS, default_args)
    cfg = copy.copy(cfg)
    constructor = cfg.pop('constructor')
    return build_runner_constructor({'type': constructor, 'runner_cfg': cfg, 'default_args': default_args})()


def build_runner_constructor(cfg: dict) -> Callable[[], BaseRunner]:
    """Build what builds runners: ``dict(type=..., runner_cfg=..., default_args=...)``."""
    return build_from_cfg(cfg, RUNNER_BUILDERS)


@RUNNER_BUILDERS.register_module()
class DefaultRunnerConstructor:
    """Builds a runner of a config; a project's own constructor may change it afterwards.

    Args:
        runner_cfg: the ``runner`` section of a config.
        default_args: as of :func:`build_runner`.

    Raises:
        TypeError: the config is no dict.
    """

    def __init__(self, runner_cfg: dict, default_args: dict | None = None) -> None:
        if not isinstance(runner_cfg, dict):
            raise TypeError(f'runner: use a dict, not {runner_cfg!r}')
        self.runner_cfg = runner_cfg
        self.default_args = default_args

    def __call__(self) -> BaseRunner:
        return build_from_cfg(self.runner_cfg, RUNNERS, self.default_args)


def obj_from_dict(info: dict, parent: ModuleType | None = None, default_args: dict | None = None) -> Any:
    """The 0.x way to build an object: ``info['type']`` is a class, or the name of one in the module ``parent``."""
    args = {**(default_args or {}), **info}
    kind = args.pop('type')
    if isinstance(kind, str):
        if not hasattr(parent, kind):
            raise ValueError(f'{kind!r} is not in {parent.__name__ if parent else None}')
        kind = getattr(parent, kind)
    return kind(**args)
