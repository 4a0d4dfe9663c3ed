"""A config by its name, checked."""

from collections.abc import Mapping
from pathlib import Path

from mmcv.checkpoint import fetch_checkpoint
from mmcv.config import Config, unpack_arrays
from mmcv.config.literal import read_literal
from mmcv.utils import ConfigError
from mmseg.settings.settings import read
from mmseg.zoo import read_config


def load_config(name: str, options: Mapping[str, object] | None = None) -> Config:
    """Read a config, apply ``--cfg-options`` and check it against the table of settings.

    Args:
        name: a path or a bare name; a name in the zoo's manner that has no file is composed, see :mod:`mmseg.zoo`.
        options: dotted keys and their values.

    Raises:
        ConfigError: no such config (with the nearest names), a top-level key that looks like a misspelled one, a value
            that means nothing, or no ``model`` or ``data``.
    """
    return _checked(read_config(name), options)


def config_in(checkpoint: str, options: Mapping[str, object] | None = None) -> Config:
    """The config that a checkpoint of a training holds, read as data: nothing of it is run or imported.

    Args:
        checkpoint: a path or an address.
        options: as for :func:`load_config`.

    Raises:
        ConfigError: it holds none, or one that is no plain data; or as :func:`load_config`.
    """
    content = fetch_checkpoint(checkpoint)
    meta = content.get('meta') if isinstance(content, Mapping) else None
    text = meta.get('config') if isinstance(meta, Mapping) else None
    if not isinstance(text, str) or not text.strip():
        raise ConfigError(f'{checkpoint}: this checkpoint holds no config: give one before it')
    return _checked(Config(read_literal(text, checkpoint), text, f'{checkpoint} (config)'), options)


def _checked(cfg: Config, options: Mapping[str, object] | None) -> Config:
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
