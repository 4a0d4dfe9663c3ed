"""What training logs say of one run or of several: curves in one picture, and the best and last values."""

from .plot import draw
from .runs import Curve, Run, read_run

__all__ = ['Curve', 'Run', 'draw', 'read_run']
