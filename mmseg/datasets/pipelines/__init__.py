"""Transforms: callables that take a dict of results, change it and return it."""

from mmcv.utils.registered import lazy_folder

__getattr__, __dir__ = lazy_folder(__name__, names={'.compose': 'Compose', '.formatting': 'to_tensor'})
