"""Publishing: the weights of a run alone, hashed, with a config and a card of what they are good for."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {'.folder': 'publish', '.weights': 'strip_file'})
