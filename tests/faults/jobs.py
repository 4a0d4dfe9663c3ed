"""Jobs of tools/train.py in processes of their own: started, killed, resumed, compared.

The processes are forked from a server that has imported everything, so that a start takes a fraction of a second.
"""

import atexit
import contextlib
import faulthandler
import json
import multiprocessing
import os
import signal
import socket
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402
import numpy as np  # noqa: E402
import tiny  # noqa: E402, F401
import torch  # noqa: E402
import torch._dynamo  # noqa: E402  which the first optimizer would import, in seconds

from mmseg.apis import testing, training  # noqa: E402, F401
from mmseg.commands import run  # noqa: E402

CONFIG = """

_base_ = '{root}/configs/_base_/default_runtime.py'
custom_imports = dict(imports=['tiny'])
dist_params = dict(timeout=60)
model = dict(type='Tiny')
train_pipeline = [
    dict(type='LoadImageFromFile'), dict(type='LoadAnnotations'), dict(type='Noise'),
    dict(type='RandomFlip', prob=0.5), dict(type='Normalize', mean=[128.0] * 3, std=[60.0] * 3),
    dict(type='DefaultFormatBundle'), dict(type='Collect', keys=['img', 'gt_semantic_seg'])]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='MultiScaleFlipAug', img_scale=(12, 8), flip=False, transforms=[
        dict(type='Normalize', mean=[128.0] * 3, std=[60.0] * 3),
        dict(type='ImageToTensor', keys=['img']), dict(type='Collect', keys=['img'])])]
mine = dict(type='CustomDataset', data_root='{data}', img_suffix='.png', seg_map_suffix='.png',
            classes=['a', 'b', 'c'], palette=[[0, 0, 0], [1, 1, 1], [2, 2, 2]])
data = dict(
    samples_per_gpu=2, workers_per_gpu=0,
    train=dict(img_dir='img/train', ann_dir='ann/train', pipeline=train_pipeline, **mine),
    val=dict(img_dir='img/val', ann_dir='ann/val', pipeline=test_pipeline, **mine),
    test=dict(img_dir='img/val', ann_dir='ann/val', pipeline=test_pipeline, **mine))
optimizer = dict(type='SGD', lr=0.1, momentum=0.9, weight_decay=0.0005)
optimizer_config = dict()
lr_config = dict(policy='poly', power=0.9, warmup='linear', warmup_iters=5, by_epoch=False)
runner = dict(type='IterBasedRunner', max_iters=12)
checkpoint_config = dict(interval=3)
evaluation = dict(interval=4, metric='mIoU', save_best='mIoU')
log_config = dict(interval=1)
custom_hooks = [dict(type='Witness', folder='{folder}', priority='HIGH')]
seed = 7
"""


def draw_data(folder, train=10, val=5):
    """Images of noisy blocks with their labels, 8 x 12."""
    draw = np.random.RandomState(0)
    for split, count in (('train', train), ('val', val)):
        for kind in ('img', 'ann'):
            (folder / kind / split).mkdir(parents=True)
        for i in range(count):
            label = np.kron(draw.randint(0, 3, (2, 3)), np.ones((4, 4), int)).astype(np.uint8)
            image = (label * 80 + 20)[..., None] + draw.randint(0, 40, (8, 12, 3))
            cv2.imwrite(str(folder / 'img' / split / f'{i}.png'), image.astype(np.uint8))
            cv2.imwrite(str(folder / 'ann' / split / f'{i}.png'), label)
    return folder


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def wait_until(condition, timeout=300, what='it'):
    """The first true value of ``condition()``."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, f'{what} did not come in {timeout} s'
        time.sleep(0.001)
    return value


def alive(pid):
    """Whether a process runs; a zombie does not."""
    with contextlib.suppress(OSError):
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] not in 'ZX'
    return False


def children_of(pid):
    """Processes whose parent is ``pid``."""
    found = []
    for stat in Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(')')[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


training.collect_env = dict  # asks compilers for their versions, which takes longer than all the rest


def run_rank(tool, arguments, environment, log, before):
    """In the new process: what ``python tools/train.py ARGUMENTS`` does."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.update(environment)
    sys.modules['matplotlib'] = None  # curves take long; only here, for the tests' own process may need them
    multiprocessing.set_start_method('fork', force=True)  # of the job's own workers, as in a process of its own
    faulthandler.register(signal.SIGUSR2, all_threads=True)
    torch.set_num_threads(1)
    sys.argv = [f'{tool}.py', *arguments]
    try:
        if before is not None:
            before()
        run(tool)
    finally:
        atexit._run_exitfuncs()  # multiprocessing leaves without it
        sys.stdout.flush()


CONTEXT = multiprocessing.get_context('forkserver')


class Running:
    """A job that was started: one process a rank."""

    def __init__(self, job, tool, ranks, arguments, before, environment):
        port = str(free_port())
        self.log = job.folder / f'output_{len(list(job.folder.glob("output_*")))}'
        if ranks > 1:
            arguments = [*arguments, '--launcher', 'pytorch']
        self.processes = []
        for rank in range(ranks):
            settings = {'RANK': str(rank), 'LOCAL_RANK': str(rank), 'WORLD_SIZE': str(ranks), 'MASTER_PORT': port,
                        'MASTER_ADDR': '127.0.0.1', **environment}
            process = CONTEXT.Process(target=run_rank, args=(tool, arguments, settings, str(self.log), before))
            process.start()
            self.processes.append(process)

    def send(self, number, rank=0):
        os.kill(self.processes[rank].pid, number)

    def wait(self, timeout=300):
        """The exit codes of all ranks; fails if one has none in time."""
        deadline = time.monotonic() + timeout
        for process in self.processes:
            process.join(max(0, deadline - time.monotonic()))
        codes = [process.exitcode for process in self.processes]
        for process in self.processes:
            if process.exitcode is None:
                os.kill(process.pid, signal.SIGUSR2)  # shows where it hangs
                process.join(1)
        assert None not in codes, f'{codes} after {timeout} s:\n{self.output()}'
        return codes

    def output(self):
        return self.log.read_text() if self.log.exists() else ''

    def end(self):
        for process in self.processes:
            if process.exitcode is None:
                process.kill()
                process.join()


class Job:
    """A config and a work directory, and what the runs have left there.

    Args:
        folder: of all that belongs to it.
        data: from :func:`draw_data`.
        more: lines that are added to the config.
    """

    def __init__(self, folder, data, more=''):
        self.folder = folder
        self.work_dir = folder / 'work'
        self.config = folder / 'job.py'
        folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(CONFIG.format(root=ROOT, data=data, folder=folder) + more)
        self._started = []

    def start(self, *arguments, ranks=1, tool='train', before=None, environment=None):
        """Start it in the background; ``before`` is called in each process first."""
        given = [str(self.config), *(['--work-dir', str(self.work_dir)] if tool == 'train' else []),
                 *map(str, arguments)]
        self._started.append(Running(self, tool, ranks, given, before, environment or {}))
        return self._started[-1]

    def run(self, *arguments, codes=None, **options):
        """Run it to its end, which has to be a good one, or to have these ``codes``. Returns all that it printed."""
        running = self.start(*arguments, **options)
        assert running.wait() == (codes or [0] * options.get('ranks', 1)), running.output()
        return running.output()

    def end(self):
        for running in self._started:
            running.end()

    def phases(self, rank=0):
        path = self.folder / f'phases_{rank}'
        return path.read_text().split('\n')[:-1] if path.exists() else []

    def losses(self, rank=0):
        """{iteration: loss, as it was written}; an iteration that was run twice must have given the same."""
        losses = {}
        for line in (self.folder / f'losses_{rank}').read_text().splitlines():
            with contextlib.suppress(ValueError):  # the line that a kill cut off
                iteration, loss = json.loads(line)
                assert losses.setdefault(iteration, loss) == loss, f'iteration {iteration} changed'
        return losses

    def state(self, name='latest.pth'):
        """What a checkpoint holds, but for the times and paths in it."""
        content = torch.load(self.work_dir / name, weights_only=True)
        meta = content['meta']
        return {**content, 'meta': {key: meta[key] for key in ('iter', 'epoch', 'seed')}}


def equal(a, b):
    """Whether two nests of plain data and tensors are the same to the bit."""
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


def assert_same_result(job, whole, name='latest.pth', ranks=1):
    """Every loss, and the last checkpoint, are those of a job that nothing disturbed."""
    for rank in range(ranks):
        assert job.losses(rank) == whole.losses(rank)
    ours, theirs = job.state(name), whole.state(name)
    for key in theirs:
        assert equal(ours[key], theirs[key]), key


KILLED = -signal.SIGKILL
