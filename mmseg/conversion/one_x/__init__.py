"""Configs of mmsegmentation 1.x (and its follower onedl), read without mmengine, as ours; and the other way."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {'.back': 'convert_back', '.config': 'Converted convert_config'})
