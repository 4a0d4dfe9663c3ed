"""A project of the 0.x days, as it is: its own tools train, evaluate and test with this package on the path.

What it does as such projects did: asserts on versions, a vendored ``mmcv_custom`` with its own loader of checkpoints,
optimizer constructor, runner, text logger and hooks that skip the constructors of what they extend, a backbone by a
name that is built in, an extension that it would compile for itself, DataContainers, training put together by hand.
"""

import json
import os
import re
import socket
import subprocess
from pathlib import Path

import numpy as np
import pytest
from drawn_trees import draw_tree
from preloaded import preloaded_python

import mmcv
from mmcv.checkpoint import read_checkpoint

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Path(__file__).resolve().parent / 'project'
CONFIG = 'configs/fields.py'


def launched(count: int) -> list[str]:
    """How READMEs of then start so many processes."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    return ['-m', 'torch.distributed.launch', f'--nproc_per_node={count}', f'--master_port={port}']


def run(*arguments, code=0, **environment):
    """``python ARGUMENTS`` in the project's folder, with the project and this package on the path."""
    done = subprocess.run(
        [preloaded_python(), *map(str, arguments)], cwd=PROJECT, capture_output=True, text=True, timeout=300,
        env={**os.environ, 'PYTHONPATH': f'{PROJECT}{os.pathsep}{ROOT}', 'OMP_NUM_THREADS': '1', **environment})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """Eight fields to train on and five to validate."""
    folder, names = tmp_path_factory.mktemp('fields'), [f'field_{i}' for i in range(13)]
    draw_tree(folder, names, image='img/{}.png', label='ann/{}.png')
    (folder / 'train.txt').write_text('\n'.join(names[:8]))
    (folder / 'val.txt').write_text('\n'.join(names[8:]))
    return folder


@pytest.fixture(scope='module')
def options(data):
    parts = ('train.dataset', 'val', 'test')
    return ['--options', *(f'data.{part}.data_root={data}' for part in parts), 'dist_params.backend=gloo']


@pytest.fixture(scope='module')
def trained(options, tmp_path_factory):
    """A finished run in one process, and what it printed."""
    folder = tmp_path_factory.mktemp('run')
    return folder, run('tools/train.py', CONFIG, '--work-dir', folder, '--seed', 0, *options)


@pytest.fixture(scope='module')
def tested(trained, options, tmp_path_factory):
    """What its test tool says of the last checkpoint, in one process."""
    return evaluate(trained[0], options, tmp_path_factory.mktemp('tested'))


def evaluate(work_dir, options, out, *launcher):
    """Metrics and label maps of the last checkpoint of a run."""
    how = ['--launcher', 'pytorch', '--tmpdir', out / 'parts'] if launcher else ['--show-dir', out / 'drawn']
    run(*launcher, 'tools/test.py', CONFIG, work_dir / 'iter_8.pth', '--eval', 'mIoU', '--out', out / 'maps.pkl',
        '--json', out / 'metrics.json', *how, *options)
    return json.loads((out / 'metrics.json').read_text()), mmcv.load(out / 'maps.pkl')


def lines_of(folder, mode):
    lines = [json.loads(line) for line in min(folder.glob('*.log.json')).read_text().splitlines()]
    return [line for line in lines if line.get('mode') == mode]


def test_trains_with_its_own_parts(trained):
    folder, output = trained
    train = lines_of(folder, 'train')
    assert [line['iter'] for line in train] == [2, 6]  # its evaluation clears those of 4 and 8
    assert all(line['of_the_project'] for line in train)
    assert {'decode.loss_seg', 'decode.loss_edge', 'aux.loss_ce', 'loss', 'grad_norm'} <= set(train[1])
    assert all(np.isfinite(line['loss']) for line in train)
    assert train[1]['layer_0_lr'] == pytest.approx(train[1]['lr'] * 0.5**3, abs=1e-5)
    assert re.search(r'Iter \[6/8\]\s+lr: \S+, layer_0_lr: \S+, eta: 0:00:0', output)
    assert not (PROJECT / 'INFO').exists()  # get_root_logger(cfg.log_level)
    assert 'Param groups = {' in output
    assert 'line 1 of train' in output
    assert '(attn): DeformBlockAttention(' in output  # the project's backbone, not ours of that name
    assert json.loads(min(folder.glob('*.log.json')).read_text().splitlines()[0])['announced'] == 'fields, as announced'


def test_writes_its_own_files(trained):
    folder, _ = trained
    assert {'iter_4.pth', 'iter_8.pth', 'newest.pth', 'fields.py'} <= {path.name for path in folder.iterdir()}
    checkpoint = read_checkpoint(str(folder / 'newest.pth'))  # which holds a ConfigDict
    assert checkpoint['mine'] == 'a field of its own'
    assert checkpoint['meta']['iter'] == 8
    assert checkpoint['meta']['CLASSES'] == ('soil', 'wheat', 'maize')
    assert len(checkpoint['optimizer']['param_groups']) == 8  # stem, two blocks, heads, with and without decay


def test_tests_what_it_trained(trained, tested):
    metrics, maps = tested
    evaluations = lines_of(trained[0], 'val')
    assert len(evaluations) == 2
    assert metrics['mIoU'] == pytest.approx(evaluations[-1]['mIoU'], abs=1e-4)
    assert metrics['worst'] == min(metrics[f'IoU.{name}'] for name in ('soil', 'wheat', 'maize'))
    assert [one.shape for one in maps] == [(48, 64)] * 5


def test_resumes_and_loads_in_its_own_way(trained, options, tmp_path):
    folder, _ = trained
    output = run('tools/train.py', CONFIG, '--work-dir', tmp_path, '--seed', 0, '--resume-from', folder / 'iter_4.pth',
                 *options, 'workflow=[("train",2),("val",1)]', f'model.pretrained={folder / "iter_8.pth"}')
    assert 'resumed from epoch: 1, iter 4' in output
    assert [line['iter'] for line in lines_of(tmp_path, 'train')] == [6]
    assert re.search(r'load \d+ entries from', output)
    assert (tmp_path / 'iter_8.pth').exists()


@pytest.mark.slow
def test_in_two_processes(trained, tested, options, tmp_path):
    run(*launched(2), 'tools/train.py', CONFIG, '--work-dir', tmp_path, '--seed', 0, '--launcher', 'pytorch', *options)
    assert [line['iter'] for line in lines_of(tmp_path, 'train')] == [2, 4, 6, 8]
    assert len(lines_of(tmp_path, 'val')) == 2
    metrics, maps = evaluate(trained[0], options, tmp_path, *launched(2))
    assert metrics == pytest.approx(tested[0])
    assert all(np.array_equal(one, other) for one, other in zip(maps, tested[1], strict=True))


def test_names_of_an_older_numpy(data):
    arguments = 'tools/class_weights.py', data / 'ann', data / 'train.txt'
    refused = run(*arguments, code=1)
    assert 'class_weights.py' in refused
    assert 'MMCV_OLD_NUMPY=1' in refused
    shares = run(*arguments, MMCV_OLD_NUMPY='1').split()
    assert sum(map(float, shares[-3:])) == pytest.approx(1, abs=0.01)
