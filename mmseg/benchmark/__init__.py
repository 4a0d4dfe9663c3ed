"""What ``tools/benchmark.py`` measures: each way of doing a piece of work beside the plain one, in one run."""

from .machine import describe_machine
from .markdown import comparison
from .measure import Case, Way, measure, trace
from .suites import SUITES

__all__ = ['SUITES', 'Case', 'Way', 'comparison', 'describe_machine', 'measure', 'trace']
