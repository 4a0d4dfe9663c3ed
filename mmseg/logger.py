"""The logger of this package."""

import logging
import os

from mmcv.utils import get_logger


def get_root_logger(
    log_file: str | os.PathLike | None = None, log_level: int | str = logging.INFO,
) -> logging.Logger:
    """The logger ``mmseg``, which all others of the package are below; see :func:`mmcv.utils.get_logger`."""
    return get_logger('mmseg', log_file, log_level)
