"""Old addresses: where mmcv 1.x and mmsegmentation 0.x had what has moved since. Nothing imports this but mmcv."""

from .finder import install

__all__ = ['install']
