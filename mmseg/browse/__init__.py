"""Browsing: samples as a model is trained on them, with their labels over them, as files, in windows or as a page."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {'.samples': 'Shown as_trained'})
