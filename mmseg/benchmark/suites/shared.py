"""Trainings that share the cores, and one with a quota of them: how threads are chosen and how they wait."""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from mmcv.config import find_config
from mmcv.utils import usable_cores
from mmseg.benchmark.elsewhere import Elsewhere
from mmseg.benchmark.measurement import Case

from .models import build, training_batch
from .options import Options
from .zoo import WORKER

CONFIG = 'pspnet_r18-d8_demo'
STEPS = 5  # between two looks at the clock, so that it matters little which process begins and ends them first
NEIGHBOURS, QUOTAS, LAUNCHED = (1, 2, 4), (0.5, 1, 1.5), 8
_GROUPS = Path('/sys/fs/cgroup')

# Without what was chosen for this process, or what its user set: both would hold for its children.
_NOTHING = dict.fromkeys(('MKL_NUM_THREADS', 'OMP_NUM_THREADS', 'GOMP_SPINCOUNT', 'OMP_WAIT_POLICY', 'MMCV_THREADS'))
#: By way, the variables of its processes; MMCV_THREADS is what has been chosen already.
WAYS = {
    'as torch and OpenMP choose': {**_NOTHING, 'MMCV_THREADS': 'nothing'},
    'always asleep': {**_NOTHING, 'MMCV_THREADS': 'nothing', 'OMP_WAIT_POLICY': 'passive'},
    'as mmcv chooses': _NOTHING,
}


class Crowd:
    """A way (:class:`~mmseg.benchmark.measurement.Timed`): steps of so many trainings at once.

    Args:
        count: trainings, each in a process of its own.
        job: what a step is made of, as ``iteration`` of zoo_worker.py takes it.
        environment: variables of the processes.
        prefix: a command that each of them is started by.
    """

    moves, precision = 0, 'float32'

    def __init__(
        self, count: int, job: dict[str, object], environment: Mapping[str, str | None], prefix: Sequence[str] = (),
    ) -> None:
        self.processes = [Elsewhere(sys.executable, WORKER, dict(iteration=job), 0, environment, prefix)
                          for _ in range(count)]

    def seconds(self) -> float:
        """The time of a step of all of them: until the last is done, by the number of steps that each makes."""
        with ThreadPoolExecutor(len(self.processes)) as pool:
            started = time.perf_counter()
            list(pool.map(_steps, self.processes))
            return (time.perf_counter() - started) / STEPS

    def peak(self) -> None:
        """Not known: the memory is that of several processes."""

    def flops(self) -> int:
        """Not counted in other processes."""
        return 0


def _steps(process: Elsewhere) -> None:
    for _ in range(STEPS):
        process.ask('iteration', 'seconds')


def shared(options: Options, size: tuple[int, int] = (64, 128), batch: int = 8) -> Iterator[Case]:
    """A step alone, beside others, as one of a launcher's processes, and in control groups with a quota.

    The fair share is the time alone, times the trainings that share the cores, or the cores over the quota.
    """
    net = build(Options(config=CONFIG))
    job = dict(config=find_config(CONFIG), state=net.state_dict(), batch=training_batch(net, 'cpu', size, batch))
    step = f'{CONFIG}: step of {batch} x {size}'
    crowds = {f'{step}, alone on {usable_cores():.3g} cores': (1, {})}
    crowds |= {f'{step}, beside {count} more': (count + 1, {}) for count in NEIGHBOURS}
    crowds[f'{step}, {LAUNCHED} processes of a launcher'] = (LAUNCHED, dict(LOCAL_WORLD_SIZE=str(LAUNCHED)))
    for name, (count, environment) in crowds.items():
        yield _case(name, options, count, job, environment)
    for quota in QUOTAS:
        name = f'{step}, with a quota of {quota} cores'
        if options.only not in name:
            yield Case(name, {})
        elif not _may_limit():
            print(f'\n{name}: left out, as {_GROUPS} cannot be written: only root may make a control group')
        else:
            with _control_group(quota) as processes:
                # The shell enters the group and then becomes what it is told to run.
                yield _case(name, options, 1, job, {}, ('sh', '-c', f'echo $$ >{processes} && exec "$@"', 'sh'))


def _case(
    name: str, options: Options, count: int, job: dict[str, object], environment: Mapping[str, str],
    prefix: Sequence[str] = (),
) -> Case:
    """Processes start only for what is asked for."""
    ways = {way: Crowd(count, job, {**variables, **environment}, prefix)
            for way, variables in WAYS.items() if options.only in name}
    return Case(name, ways, count)


def _parent() -> Path:
    """Of control groups that limit processors: in version 1 those have a tree of their own."""
    return _GROUPS / 'cpu' if (_GROUPS / 'cpu').is_dir() else _GROUPS


def _may_limit() -> bool:
    controllers = _parent() / 'cgroup.subtree_control'  # of version 2, where a group may be without this one
    limits = not controllers.exists() or 'cpu' in controllers.read_text().split()
    return limits and os.access(_parent() / 'cgroup.procs', os.W_OK)


@contextmanager
def _control_group(cores: float, period: int = 100_000) -> Iterator[Path]:
    """The file that takes the processes of a new control group, which goes when they have ended."""
    group = _parent() / f'mmseg-benchmark-{os.getpid()}'
    group.mkdir()
    quota = int(cores * period)
    try:
        if (group / 'cpu.cfs_quota_us').exists():
            (group / 'cpu.cfs_quota_us').write_text(str(quota))
        else:
            (group / 'cpu.max').write_text(f'{quota} {period}')
        yield group / 'cgroup.procs'
    finally:
        for process in (group / 'cgroup.procs').read_text().split():
            (_parent() / 'cgroup.procs').write_text(process)
        group.rmdir()
