"""Configs of 1.x as Python files."""

from mmcv.config import Config
from mmcv.utils import ConfigError


def read(path: str) -> Config:
    """A config of 1.x, of the kind that names its bases in ``_base_``.

    Raises:
        ConfigError: it cannot be read, or is of the other kind, which imports its bases.
    """
    try:
        return Config.fromfile(path, import_custom_modules=False)
    except ConfigError as error:
        if "No module named 'mm" not in str(error):
            raise
        raise ConfigError(f'{error}: it imports what it inherits (read_base), which only mmengine reads: where that '
                          'is, Config.fromfile(IN).dump(OUT) writes a file that can be converted') from error
