"""Collectives with and without other processes, and what launchers say."""

import pytest
import torch
import torch.distributed as torch_dist

from mmcv import dist


def test_alone():
    value = torch.tensor([1.0, 2.0])
    assert dist.get_dist_info() == (0, 1)
    assert dist.is_main()
    assert torch.equal(dist.all_reduce(value), value)
    assert dist.all_reduce_dict({'a': value})['a'] is value
    assert dist.broadcast_object('x') == 'x'
    assert dist.gather_objects('x') == ['x']
    assert dist.collect_results([1, 2, 3], 3) == [1, 2, 3]
    assert dist.master_only(lambda: 'ran')() == 'ran'
    dist.broadcast(value)
    dist.barrier()


def test_three_ranks(run_ranks):
    outputs = run_ranks("""
        value = torch.tensor([rank, 2.0])
        assert dist.all_reduce(value).tolist() == [3, 6]
        assert dist.all_reduce(value, 'mean').tolist() == [1, 2]
        assert dist.all_reduce(value, 'max').tolist() == [2, 2]
        assert value.tolist() == [rank, 2]
        reduced = dist.all_reduce_dict({'b': torch.tensor(float(rank)), 'a': torch.full((2, 1), 3.0)})
        assert list(reduced) == ['b', 'a'] and reduced['b'].shape == () and reduced['a'].tolist() == [[3], [3]]
        assert reduced['b'] == 1
        assert dist.broadcast_object({'rank': rank}, src=1) == {'rank': 1}
        assert dist.gather_objects(rank) == [0, 1, 2]
        sent = torch.full((2,), rank)
        dist.broadcast(sent, src=2)
        assert sent.tolist() == [2, 2]
        collected = dist.collect_results(list(range(rank, 7, 3)), 7)
        assert collected == ([0, 1, 2, 3, 4, 5, 6] if rank == 0 else None)
        assert dist.master_only(lambda: 'ran')() == ('ran' if rank == 0 else None)
        dist.barrier()
        print(rank, torch.distributed.get_backend() if not torch.cuda.is_available() else 'gloo')
    """, 3)
    assert outputs == ['0 gloo\n', '1 gloo\n', '2 gloo\n']


@pytest.fixture
def joined(monkeypatch):
    """What a process group would have been made of, with an empty environment before."""
    calls = []
    for name in ('RANK', 'LOCAL_RANK', 'WORLD_SIZE', 'MASTER_ADDR', 'MASTER_PORT'):
        monkeypatch.setenv(name, 'x')  # so that it is restored afterwards
        monkeypatch.delenv(name)
    monkeypatch.setattr(dist.torch_dist, 'rendezvous', lambda url, **kw: iter([(torch_dist.HashStore(), 0, 1)]))
    monkeypatch.setattr(dist.torch_dist, 'init_process_group', lambda backend, **kw: calls.append((backend, kw)))
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    return calls


def environment(*names):
    import os
    return [os.environ.get(name) for name in names]


def test_slurm(joined, monkeypatch):
    job = {'NODELIST': 'node[1-2]', 'PROCID': '3', 'NTASKS': '4', 'LOCALID': '1', 'JOB_ID': '12345'}
    for name, value in job.items():
        monkeypatch.setenv(f'SLURM_{name}', value)
    monkeypatch.setattr(dist.subprocess, 'check_output', lambda *args, **kwargs: 'node1\nnode2\n')
    dist.init_dist('slurm', backend='nccl', timeout=5)
    assert environment('RANK', 'WORLD_SIZE', 'LOCAL_RANK') == ['3', '4', '1']
    assert environment('MASTER_ADDR', 'MASTER_PORT') == ['node1', '32345']
    assert joined[0][0] == 'gloo'
    assert joined[0][1]['timeout'].total_seconds() == 5


def test_slurm_that_does_not_say_the_local_rank(joined, monkeypatch):
    for name, value in {'NODELIST': 'node1', 'PROCID': '5', 'NTASKS': '8'}.items():
        monkeypatch.setenv(f'SLURM_{name}', value)
    monkeypatch.delenv('SLURM_LOCALID', raising=False)
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: 4)
    dist.init_dist('slurm')
    assert environment('RANK', 'LOCAL_RANK') == ['5', '1']


@pytest.mark.parametrize('backend', ['glo', 'cpu:gloo,cuda:ncl'])
def test_unknown_backend(joined, backend):
    with pytest.raises(ValueError, match=f"{backend}': use 'nccl' or 'gloo'"):
        dist.init_dist('pytorch', backend=backend)
    assert not joined


def test_port_of_a_config(joined, monkeypatch):
    monkeypatch.setenv('RANK', '0')
    dist.init_dist('pytorch', port=12321)
    assert environment('MASTER_ADDR', 'MASTER_PORT') == ['127.0.0.1', '12321']


@pytest.mark.parametrize('names', [
    ('OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_LOCAL_RANK'),
    ('PMI_RANK', 'PMI_SIZE', 'MPI_LOCALRANKID')])
def test_mpi(joined, monkeypatch, names):
    for name, value in zip(names, '231'):
        monkeypatch.setenv(name, value)
    dist.init_dist('mpi')
    assert environment('RANK', 'WORLD_SIZE', 'LOCAL_RANK') == ['2', '3', '1']


@pytest.mark.parametrize(('launcher', 'message'), [
    ('horovod', 'use one of pytorch, slurm, mpi'),
    ('pytorch', 'RANK, which is not set: start through train_dist.sh'),
    ('slurm', 'SLURM_NODELIST'),
    ('mpi', 'OMPI_COMM_WORLD_RANK'),
])
def test_mistakes(joined, launcher, message):
    with pytest.raises(ValueError, match=message):
        dist.init_dist(launcher)
