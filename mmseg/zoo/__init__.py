"""The zoo: configs by name, composed where there is no file, and what was published of them."""

from .compose import compose, read_config
from .published import published_checkpoint

__all__ = ['compose', 'published_checkpoint', 'read_config']
