"""Which version mmcv and mmseg say that they are."""

import re
import sys
from collections.abc import Mapping
from types import FrameType, ModuleType

_NUMBERS = re.compile(r'\d+(\.\d+)*')
#: The words of MMCV_MIN, MINIMUM_MMCV_VERSION, mmseg_version_max, ... beside the package's name.
_BOUND = {'min': 'min', 'minimum': 'min', 'max': 'max', 'maximum': 'max'}


class _Answering(ModuleType):
    """A package that says a version within the bounds that the module states which asks for it.

    Projects assert at their import that mmcv is not newer than the one they were written with. Whoever states no
    bounds, or asks for something newer than us, is told our own.
    """

    @property
    def __version__(self) -> str:
        return _within(vars(self)['__version__'], _stated(self.__name__, _asking()))


def answer_versions(package: ModuleType) -> None:
    """Let a package, which may be loading yet, say such a version."""
    package.__class__ = _Answering


def _asking() -> FrameType:
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.startswith('<frozen importlib'):
        frame = frame.f_back  # ``from mmcv import __version__``
    return frame


def _stated(package: str, asking: FrameType) -> Mapping[str, str]:
    """{'min': '1.3.0', 'max': '1.4.0'}: the bounds among the names that the asking code sees."""
    stated = {}
    for name, value in {**asking.f_globals, **asking.f_locals}.items():
        words = {*name.lower().split('_')}
        bound = words - {package, 'version'}
        if package not in words or len(bound) != 1 or not bound <= _BOUND.keys():
            continue
        text = '.'.join(map(str, value[:3])) if isinstance(value, (list, tuple)) else str(value)
        if _NUMBERS.match(text):
            stated[_BOUND[bound.pop()]] = text
    return stated


def _within(own: str, bounds: Mapping[str, str]) -> str:
    highest = bounds.get('max')
    if highest is None:
        return own
    from mmcv.utils.version import digit_version  # loads torch
    if digit_version(own) < digit_version(highest):
        return own
    lowest, below = bounds.get('min', '0'), _before(highest)
    return max(lowest, below, key=digit_version)


def _before(version: str) -> str:
    """The newest release that is older than another one: '1.3.99' for '1.4.0', as projects also ask what is new."""
    numbers = [int(number) for number in re.findall(r'\d+', version)[:3]]
    last = max(place for place, number in enumerate(numbers) if number)
    return '.'.join(map(str, [*numbers[:last], numbers[last] - 1, *[99] * (len(numbers) - last - 1)]))
