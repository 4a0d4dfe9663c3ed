"""Configs of mmsegmentation 1.x (and its follower onedl), read without mmengine, as ours."""

from .config import Converted, convert_config

__all__ = ['Converted', 'convert_config']
