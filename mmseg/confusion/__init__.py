"""Confusion matrices of label maps that a test left behind: counted, drawn, and what is confused most."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {'.count': 'count_results', '.plot': 'draw_confusion'})
