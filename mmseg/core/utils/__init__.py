"""Small helpers."""
from .labels import describe_foreign_labels, foreign_labels
from .misc import add_prefix

__all__ = ['add_prefix', 'describe_foreign_labels', 'foreign_labels']
