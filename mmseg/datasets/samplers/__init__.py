from .evaluation_sampler import EvaluationSampler
from .index_stream import IndexStream

__all__ = ['EvaluationSampler', 'IndexStream']
