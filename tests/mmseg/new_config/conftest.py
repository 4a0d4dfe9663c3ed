"""Trees that are drawn here."""

from drawn_trees import draw

__all__ = ['draw']
