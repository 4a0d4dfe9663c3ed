"""Which sample comes when: endless streams to train on, one pass to evaluate."""

from .evaluation_sampler import EvaluationSampler
from .index_stream import IndexStream

__all__ = ['EvaluationSampler', 'IndexStream']
