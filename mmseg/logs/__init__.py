"""What training logs say of one run or of several: curves in one picture, and the best and last values."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {'.plot': 'draw', '.runs': 'Curve Run read_run'})
