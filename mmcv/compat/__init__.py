"""What mmcv 1.x and mmsegmentation 0.x had elsewhere or otherwise: one table of old addresses, and small parts."""

from .finder import install

__all__ = ['install']
