"""Confusion matrices of label maps that a test left behind: counted, drawn, and what is confused most."""

from .count import count_results
from .plot import draw_confusion

__all__ = ['count_results', 'draw_confusion']
