"""The device and the process group that the command line asks for."""

import argparse

import pytest

from mmcv.config import Config
from mmseg.cli import add_run_arguments, chosen_device, join_processes


@pytest.fixture
def parse():
    parser = argparse.ArgumentParser()
    add_run_arguments(parser)
    return lambda *words: parser.parse_args(words)


@pytest.mark.parametrize(('count', 'words', 'expected'), [
    (2, [], None), (2, ['--device', 'cpu', '--gpu-id', '1'], 'cpu'), (2, ['--gpu-id', '1'], 'cuda:1'),
    (2, ['--gpu-id', '0'], 'cuda:0'), (0, ['--gpu-id', '1'], None)])
def test_the_gpu_of_the_command_line(parse, gpus, count, words, expected):
    gpus(count)
    assert chosen_device(parse(*words)) == expected


@pytest.mark.parametrize(('count', 'keys', 'words', 'backend'), [
    (1, {}, [], None), (1, {'dist_params': {'backend': 'nccl'}}, [], 'nccl'),
    (1, {}, ['--dist_backend', 'gloo'], 'gloo'),
    (1, {'device': 'cpu', 'dist_params': {'backend': 'nccl'}}, [], 'gloo'), (1, {'device': 'cpu'}, [], 'gloo'),
    (1, {'device': 'cpu', 'dist_params': {'backend': 'mpi'}}, [], 'mpi'), (0, {}, ['--dist_backend', 'nccl'], 'gloo'),
])
def test_the_backend_is_one_of_the_device(parse, gpus, monkeypatch, count, keys, words, backend):
    gpus(count)
    joined = []
    monkeypatch.setattr('mmcv.dist.init_dist', lambda launcher, **params: joined.append((launcher, params)))
    assert join_processes(Config(keys), parse('--launcher', 'pytorch', *words))
    assert joined == [('pytorch', {} if backend is None else {'backend': backend})]


def test_without_a_launcher_there_is_no_group(parse):
    assert not join_processes(Config(), parse())
