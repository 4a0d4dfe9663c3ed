"""Publishing: the weights of a run alone, hashed, with a config and a card of what they are good for."""

from .folder import publish
from .weights import strip_file

__all__ = ['publish', 'strip_file']
