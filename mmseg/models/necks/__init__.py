"""Necks: feature maps to feature maps."""

from mmcv.utils.registered import lazy_folder

__getattr__, __dir__ = lazy_folder(__name__)
