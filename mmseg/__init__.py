"""Semantic segmentation: data sets, models and their assembly on top of :mod:`mmcv`."""

import mmcv  # noqa: F401 (which answers old addresses of this package too)

from .version import __version__, version_info

__all__ = ['__version__', 'version_info']
