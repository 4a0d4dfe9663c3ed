"""Ensembles: label maps of several models together, by the mean of their probabilities."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {'.ensemble': 'Ensemble'})
