"""Semantic segmentation: data sets, models and their assembly on top of :mod:`mmcv`."""

from .version import __version__

__all__ = ['__version__']
