"""Semantic segmentation: data sets, models and their assembly on top of :mod:`mmcv`."""

from mmcv.utils.lazy import lazy_names  # mmcv itself answers old addresses of this package too

from .version import __version__, version_info

__getattr__, __dir__, __all__ = lazy_names(__name__, {'mmcv.utils': 'digit_version'})
__all__ += ['__version__', 'version_info']
