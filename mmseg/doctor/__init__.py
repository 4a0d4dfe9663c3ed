"""The doctor: what is wrong with a folder of images and labels, and what to change."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {
    '.examination': 'Examination examine',
    '.finding': 'Finding',
    '.kinds': 'KINDS find_all',
    '.sample': 'look_at_sample',
})
