"""A server to try a model on: a page in the browser, and predictions over HTTP."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {'.application': 'Service', '.uploads': 'Limits'})
