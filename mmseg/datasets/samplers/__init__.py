"""Which sample comes when: endless streams to train on, one pass to evaluate."""

from .distributed_sampler import DistributedSampler
from .evaluation_sampler import EvaluationSampler
from .index_stream import IndexStream

__all__ = ['DistributedSampler', 'EvaluationSampler', 'IndexStream']
