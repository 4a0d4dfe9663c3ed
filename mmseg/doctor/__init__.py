"""The doctor: what is wrong with a folder of images and labels, and what to change."""

from .examination import Examination, examine
from .finding import Finding
from .kinds import KINDS, find_all
from .sample import look_at_sample

__all__ = ['KINDS', 'Examination', 'Finding', 'examine', 'find_all', 'look_at_sample']
