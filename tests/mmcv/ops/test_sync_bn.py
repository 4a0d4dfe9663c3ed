"""SyncBatchNorm in real processes (gloo) against nn.BatchNorm2d over the joined batch."""

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

from mmcv.ops import SyncBatchNorm
from mmcv.ops.sync_bn import _SyncNorm

CHANNELS = 5


def make_layer(cls, dtype=torch.float64, **kwargs):
    layer = cls(CHANNELS, dtype=dtype, **kwargs)
    if layer.affine:
        with torch.no_grad():
            layer.weight.copy_(torch.linspace(-1, 2, CHANNELS))
            layer.bias.copy_(torch.linspace(1, -1, CHANNELS))
    return layer


def make_batches(sizes, dtype):
    """Per step and rank a batch and the gradient of its output; the mean is far from 0, where naive sums cancel."""
    generator = torch.Generator().manual_seed(1)
    return [[tuple(torch.randn(size, CHANNELS, 4, 3, generator=generator, dtype=torch.float64).add(shift).to(dtype)
                   for shift in (100, 0)) for size in sizes] for _ in range(2)]


def run_steps(layer, steps, backend=None):
    """Outputs and input gradients of some training steps, and all that the layer holds afterwards."""
    call = layer if backend is None else torch.compile(layer, backend=backend, fullgraph=True)
    results = []
    for x, grad in steps:
        x = x.clone().requires_grad_()
        y = call(x)
        y.backward(grad)
        results += [y.detach(), x.grad]
    return results, [p.grad for p in layer.parameters()], {k: v.clone() for k, v in layer.state_dict().items()}


# name: (batch size of each rank, dtype, arguments of the layer)
CASES = {
    'unequal': ((2, 3, 1), torch.float64, {}),
    'empty_rank_cumulative': ((1, 0, 4), torch.float64, {'momentum': None}),
    'not_affine': ((2, 1, 2), torch.float64, {'affine': False}),
    'no_running_stats': ((2, 2, 2), torch.float64, {'track_running_stats': False}),
    'channels_last': ((2, 3, 1), torch.float64, {}),
    'bfloat16': ((2, 3, 1), torch.bfloat16, {}),
    'float16_weights_float32': ((2, 3, 1), torch.float16, {}),
    'compiled': ((2, 0, 3), torch.float64, {}),
}


def run_rank(name, rank):
    sizes, dtype, kwargs = CASES[name]
    steps = [step[rank] for step in make_batches(sizes, dtype)]
    if name == 'channels_last':
        steps = [(x.to(memory_format=torch.channels_last), grad) for x, grad in steps]
    layer = make_layer(SyncBatchNorm, torch.float32 if name == 'float16_weights_float32' else dtype, **kwargs)
    return run_steps(layer, steps, backend='aot_eager' if name == 'compiled' else None)


def rank_main(rank, folder):
    torch.set_num_threads(1)
    dist.init_process_group('gloo', init_method=f'file://{folder}/store', rank=rank, world_size=3)
    try:
        for name in CASES:
            torch.save(run_rank(name, rank), f'{folder}/{name}{rank}.pt')
    finally:
        dist.destroy_process_group()


@pytest.fixture(scope='module')
def ranks(tmp_path_factory):
    """All cases in one go, as starting processes takes the time: {name: [what each rank got]}."""
    folder = tmp_path_factory.mktemp('sync_bn')
    mp.start_processes(rank_main, (str(folder),), nprocs=3, start_method='forkserver')
    return {name: [torch.load(folder / f'{name}{rank}.pt') for rank in range(3)] for name in CASES}


def run_joined(sizes, dtype, kwargs):
    steps = [tuple(map(torch.cat, zip(*step))) for step in make_batches(sizes, dtype)]
    return run_steps(make_layer(nn.BatchNorm2d, dtype, **kwargs), steps)


@pytest.mark.parametrize('name', [name for name in CASES if 'float16' not in name])
def test_equals_batch_norm_over_the_joined_batch(name, ranks):
    results, param_grads, state = run_joined(*CASES[name])
    for index, expected in enumerate(results):
        torch.testing.assert_close(torch.cat([rank[0][index] for rank in ranks[name]]), expected, rtol=0, atol=1e-10)
    for index, expected in enumerate(param_grads):
        torch.testing.assert_close(sum(rank[1][index] for rank in ranks[name]), expected, rtol=0, atol=1e-10)
    for rank in ranks[name]:
        torch.testing.assert_close(rank[2], state, rtol=0, atol=1e-10)


@pytest.mark.parametrize(('name', 'eps'), [('bfloat16', 2**-8), ('float16_weights_float32', 2**-11)])
def test_half_types_accumulate_in_float32(ranks, name, eps):
    steps = make_batches(*CASES[name][:2])
    joined = [tuple(part.double() for part in map(torch.cat, zip(*step))) for step in steps]
    expected, _, _ = run_steps(make_layer(nn.BatchNorm2d), joined)
    for index, exact in enumerate(expected):
        actual = torch.cat([results[index] for results, _, _ in ranks[name]])
        assert actual.dtype == CASES[name][1]
        # Exact for the inputs as rounded: only the output's own rounding is left, the gradient's in two terms.
        torch.testing.assert_close(actual.double(), exact, rtol=2 * eps, atol=2 * eps)


COMPILED = """
    from torch import nn
    from mmcv.ops import SyncBatchNorm

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.bn = nn.Conv2d(3, 4, 3).double(), SyncBatchNorm(4).double()
        def forward(self, x):
            return self.bn(self.conv(x)).relu()

    torch.manual_seed(0)
    block = Block()
    block = block.to(memory_format=torch.channels_last)
    compiled = torch.compile(block, backend='inductor', fullgraph=True)
    for size in (3, 3, 2):  # the third one with dynamic shapes
        x = torch.randn(size + rank, 3, 8, 9 + size, dtype=torch.float64)
        results = []
        for call in (block, compiled):
            block.bn.reset_running_stats()
            block.zero_grad()
            y = call(x)
            y.sin().sum().backward()
            results.append([y, *(p.grad for p in block.parameters()), *(b.clone() for b in block.buffers())])
        torch.testing.assert_close(*results, rtol=0, atol=1e-10)
"""


@pytest.mark.slow
def test_inductor_makes_one_graph_of_it(run_ranks):
    run_ranks(COMPILED, timeout=300)


@pytest.mark.parametrize('training', [True, False])
def test_is_batch_norm_without_a_process_group(training):
    x = torch.randn(3, CHANNELS, 6, 5, dtype=torch.float64)
    ours, plain = make_layer(SyncBatchNorm).train(training), make_layer(nn.BatchNorm2d).train(training)
    torch.testing.assert_close(ours(x), plain(x), rtol=0, atol=0)
    torch.testing.assert_close(ours.state_dict(), plain.state_dict(), rtol=0, atol=0)


def test_state_dict_is_that_of_batch_norm():
    SyncBatchNorm(CHANNELS).load_state_dict(nn.BatchNorm2d(CHANNELS).state_dict(), strict=True)


@pytest.mark.parametrize('shape', [(CHANNELS,), (2, CHANNELS + 1, 4, 4)])
def test_wrong_shape_is_one_clear_line(shape):
    with pytest.raises(ValueError, match=rf'SyncBatchNorm: .* must be \(N, {CHANNELS}, \.\.\.\)$'):
        SyncBatchNorm(CHANNELS)(torch.zeros(shape))


@pytest.mark.gpu
@pytest.mark.parametrize('memory_format', [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_is_batch_norm_in_a_group_of_one_gpu(dtype, memory_format, tmp_path):
    dist.init_process_group('nccl', init_method=f'file://{tmp_path}/store', rank=0, world_size=1)
    try:
        results = []
        x = torch.randn(3, CHANNELS, 6, 5).cuda().to(dtype, memory_format=memory_format)
        for layer in (make_layer(SyncBatchNorm, torch.float32), make_layer(nn.BatchNorm2d, torch.float32)):
            layer, given = layer.cuda(), x.clone().requires_grad_()
            if isinstance(layer, SyncBatchNorm):  # which is nn.BatchNorm2d in a group of one
                y, *_ = _SyncNorm.apply(given, layer.weight, layer.bias, layer.eps, dist.group.WORLD)
            else:
                y = layer(given)
            y.sin().sum().backward()
            results.append([y, given.grad, layer.weight.grad, layer.bias.grad])
        loose = dict(rtol=0.05, atol=0.05) if dtype == torch.bfloat16 else dict(rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(*results, **loose)
    finally:
        dist.destroy_process_group()


def test_a_batch_without_a_variance_leaves_finite_statistics(run_ranks):
    run_ranks("""
        from mmcv.ops import SyncBatchNorm
        for sizes in ((1, 0), (0, 0)):
            layer = SyncBatchNorm(3).double()
            x = torch.randn(sizes[rank], 3, 1, 1).double().requires_grad_()
            layer(x).sum().backward()
            assert all(value.isfinite().all() for value in [*layer.state_dict().values(), x.grad, layer.weight.grad])
    """)


def test_who_looks_for_layers_to_convert_finds_ours_and_torchs():
    from mmcv.utils import SyncBatchNorm as by_old_name
    from mmcv.utils.parrots_wrapper import SyncBatchNorm_
    assert by_old_name is SyncBatchNorm
    assert isinstance(SyncBatchNorm(2), by_old_name)
    assert isinstance(torch.nn.SyncBatchNorm(2), by_old_name)
    assert SyncBatchNorm_ is torch.nn.SyncBatchNorm
    assert not isinstance(torch.nn.BatchNorm2d(2), by_old_name)

    class Own(by_old_name):
        pass

    assert isinstance(Own(2), by_old_name)
    assert not isinstance(SyncBatchNorm(2), Own)
    assert not isinstance(torch.nn.SyncBatchNorm(2), Own)
