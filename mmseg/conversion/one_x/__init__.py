"""Configs of mmsegmentation 1.x (and its follower onedl), read without mmengine, as ours; and the other way."""

from .back import convert_back
from .config import Converted, convert_config

__all__ = ['Converted', 'convert_back', 'convert_config']
