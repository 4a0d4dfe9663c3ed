"""The drawing behind :class:`mmseg.datasets.DemoScenesDataset`."""

from .street import draw_scene

__all__ = ['draw_scene']
