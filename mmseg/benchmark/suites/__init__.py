"""The suites: functions from :class:`Options` to the cases to measure, one after the other."""

import importlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .options import Options

if TYPE_CHECKING:
    from mmseg.benchmark.measurement import Case

#: What each is called, and where it is: its module is imported when it is measured.
SUITES = {
    'model': '.models:model', 'train': '.models:train', 'infer': '.models:infer', 'data': '.data:data',
    'eval': '.evaluation:evaluation', 'ops': '.operators:operators', 'scaling': '.scaling:scaling', 'zoo': '.zoo:zoo',
    'export': '.exported:exported', 'auto': '.auto:auto', 'shared': '.shared:shared',
}

__all__ = ['SUITES', 'Options', 'find_suite']


def find_suite(name: str) -> 'Callable[[Options], Iterator[Case]]':
    """The function of a suite."""
    module, _, function = SUITES[name].partition(':')
    return getattr(importlib.import_module(module, __name__), function)
