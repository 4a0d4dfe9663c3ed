import itertools

import pytest

from mmseg.datasets.samplers import EvaluationSampler


@pytest.mark.parametrize('length', [0, 1, 5, 8])
@pytest.mark.parametrize('world_size', [1, 2, 3])
def test_each_sample_once_over_all_ranks(length, world_size):
    samplers = [EvaluationSampler(length, rank, world_size) for rank in range(world_size)]
    assert sorted(itertools.chain(*samplers)) == list(range(length))
    assert [len(sampler) for sampler in samplers] == [len(list(sampler)) for sampler in samplers]
    assert list(samplers[-1]) == list(range(world_size - 1, length, world_size))
