"""What ``tools/benchmark.py`` measures: each way of doing a piece of work beside the plain one, in one run."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {
    '.machine': 'describe_machine',
    '.markdown': 'comparison',
    '.measurement': 'Case Way measure trace',
    '.suites': 'SUITES',
})
