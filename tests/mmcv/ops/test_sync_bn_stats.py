"""Statistics of channels: what every operator must show (test_meta.py), and that nothing is lost on the way."""

import pytest
import torch

import mmcv.ops  # noqa: F401 (registers the operators)
from mmcv.ops.reference.sync_bn_stats import sync_bn_stats as plain


def sync_bn_stats(x):
    return torch.ops.mmcv.sync_bn_stats(x)


def samples():
    for dtype in (torch.float32, torch.float64, torch.bfloat16, torch.float16):
        yield (torch.randn(2, 3, 5, 7).to(dtype),)
        yield (torch.randn(2, 3, 5, 7).to(dtype, memory_format=torch.channels_last),)
    yield (torch.randn(5, 3),)
    yield (torch.randn(0, 3, 4, 4),)
    yield (torch.randn(2, 3, 0, 4),)
    yield (torch.randn(2, 0, 4, 4),)
    yield (torch.randn(3, 1, 4, 4),)
    yield (torch.randn(3, 5, 1, 1),)
    yield (torch.randn(2, 4, 3, 3, 3),)
    yield (torch.randn(2, 4, 3, 3, 3).to(memory_format=torch.channels_last_3d),)
    yield (torch.randn(6, 6, 5)[::2, ::3],)
    yield (torch.randn(2, 5, 6, 4).transpose(2, 3),)
    yield (torch.randn(2, 3, 170, 201),)  # more than one part a line
    yield (torch.randn(2, 300, 7, 41).to(memory_format=torch.channels_last),)


SAMPLES = {'sync_bn_stats': samples}
INVALID = {'sync_bn_stats': lambda: [(torch.zeros(3),), (torch.zeros(2, 3, dtype=torch.int64),), (torch.zeros(()),)]}


@pytest.mark.parametrize('memory_format', [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_a_far_mean_does_not_swallow_the_spread(dtype, memory_format):
    x = (torch.randn(3, 5, 128, 150) + 1000).to(dtype, memory_format=memory_format)
    expected = plain(x.double())
    torch.testing.assert_close(sync_bn_stats(x).double(), expected, rtol=1e-4, atol=0)


@pytest.mark.parametrize('memory_format', [torch.contiguous_format, torch.channels_last])
def test_the_number_of_threads_changes_nothing(memory_format):
    x = torch.randn(3, 17, 200, 211).to(memory_format=memory_format)
    threads = torch.get_num_threads()
    try:
        results = []
        for number in (1, 2, 3, 5):
            torch.set_num_threads(number)
            results.append(sync_bn_stats(x))
    finally:
        torch.set_num_threads(threads)
    assert all(torch.equal(result, results[0]) for result in results)
