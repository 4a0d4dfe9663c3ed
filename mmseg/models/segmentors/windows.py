"""Windows that cover an image: where they lie, and what a config says of them."""

from mmcv.config import ConfigDict
from mmcv.utils import ConfigError
from mmcv.utils.origins import locate


def windows(size: int, crop: int, stride: int) -> list[slice]:
    """Windows of ``crop`` pixels that cover ``size`` pixels in steps of ``stride``."""
    number = max(size - crop + stride - 1, 0) // stride + 1
    ends = [min(i * stride + crop, size) for i in range(number)]
    return [slice(max(end - crop, 0), end) for end in ends]


def checked_test_cfg(test_cfg: dict | None) -> ConfigDict:
    """``test_cfg`` with its default mode.

    Raises:
        ConfigError: the mode is unknown, or windows have no size or leave gaps.
    """
    checked = ConfigDict(test_cfg or {})
    checked.setdefault('mode', 'whole')
    if checked['mode'] not in ('whole', 'slide'):
        raise _wrong(test_cfg, 'mode', f"is {checked['mode']!r}; use 'whole' or 'slide'")
    if checked['mode'] == 'whole':
        return checked
    missing = [key for key in ('crop_size', 'stride') if key not in checked]
    if missing:
        raise _wrong(test_cfg, 'mode', f"'slide' needs {' and '.join(missing)}, (height, width) in pixels")
    for key in ('crop_size', 'stride'):
        value = checked[key]
        pair = isinstance(value, (list, tuple)) and len(value) == 2
        if not pair or not all(isinstance(edge, int) and edge > 0 for edge in value):
            raise _wrong(test_cfg, key, f'is {value!r}; use (height, width) in whole pixels')
    stride, crop = checked['stride'], checked['crop_size']
    if any(step > size for step, size in zip(stride, crop)):
        raise _wrong(test_cfg, 'stride', f'{stride} exceeds crop_size {crop}; it would leave gaps between windows: '
                                         'use about two thirds of crop_size')
    return checked


def _wrong(test_cfg: dict, key: str, message: str) -> ConfigError:
    place = locate(test_cfg, key)
    return ConfigError(f'{place if "." in place else f"test_cfg: {key}"} {message}')
