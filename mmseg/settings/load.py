"""A config by its name, checked."""

from collections.abc import Mapping
from pathlib import Path

from mmcv.config import Config, find_config, unpack_arrays
from mmcv.utils import ConfigError

from .settings import read


def load_config(name: str, options: Mapping[str, object] | None = None) -> Config:
    """Read a config by path or bare name, apply ``--cfg-options`` and check it against the table of settings.

    Raises:
        ConfigError: no such config (with the nearest names), a top-level key that looks like a misspelled one, a value
            that means nothing, or no ``model`` or ``data``.
    """
    cfg = Config.fromfile(find_config(name))
    if options:
        cfg.merge_from_dict(options)
    unpack_arrays(cfg)
    read(cfg)
    for section in ('model', 'data'):
        if section not in cfg:
            raise ConfigError(f'{cfg.filename}: `{section} = dict(...)` is missing: inherit one from configs/_base_')
    return cfg


def as_config(config: str | Path | Config) -> Config:
    """The config itself, or the one of that path or bare name."""
    return config if isinstance(config, Config) else load_config(str(config))
