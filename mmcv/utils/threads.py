"""How many threads a program computes with, and how long they wait awake: to be chosen before anything loads torch.

torch takes a thread per core that it sees, and GNU OpenMP's threads wait for each other awake, which is fastest alone.
On a machine that others use too, in a container with a share of its cores, or beside processes of the same launcher, a
thread then waits awake for one that has no core, and each step takes many times as long.
"""

import math
import os
import sys
from pathlib import Path

from .waiting import can_watch, watch_cores

# Rounds that a thread with a share of the cores waits awake. GNU OpenMP's own 300,000 last longer than a time slice.
SPINS = 1000
_WATCHED = 'waiting awake, but asleep while others want the cores'

_CHOICE = 'MMCV_THREADS'
_LOCAL_PROCESSES = ('LOCAL_WORLD_SIZE', 'OMPI_COMM_WORLD_LOCAL_SIZE', 'MPI_LOCALNRANKS', 'SLURM_NTASKS_PER_NODE')
_NUMBERS = ('MKL_NUM_THREADS', 'OMP_NUM_THREADS')  # of threads; torch takes the first that is set
_CORES_OF_TASK = 'SLURM_CPUS_PER_TASK'


def choose_threads(processes: int | None = None) -> str:
    """Set OMP_NUM_THREADS and GOMP_SPINCOUNT for this process and its children, except where the user did.

    A launcher's choice holds for what it starts. With all cores for itself a process waits as OpenMP does by itself and
    looks, from now on, whether others want them: see :mod:`~mmcv.utils.waiting`.

    Args:
        processes: how many of this run share the machine; by default what their launcher says, or 1.

    Returns:
        What was chosen and why, in a line for the log; it stays in the environment, see :func:`chosen_threads`.
    """
    if _CHOICE not in os.environ:
        number = _choose_number(processes or _local_processes())
        os.environ[_CHOICE] = f'{number}; {_choose_waiting()}'
    if os.environ[_CHOICE].endswith(_WATCHED):
        watch_cores()
    return os.environ[_CHOICE]


def chosen_threads() -> str:
    """What :func:`choose_threads` did, or that nobody called it."""
    return os.environ.get(_CHOICE, 'as torch chose')


def usable_cores() -> float:
    """The cores that this process may use: those of its affinity, or less by a container's quota or by slurm."""
    return min(_visible_cores(), _quota(), _number(_CORES_OF_TASK) or float('inf'))


def _choose_number(processes: int) -> str:
    if theirs := next(filter(os.environ.get, _NUMBERS), None):
        return f'{os.environ[theirs]} by {theirs}'
    usable, visible = usable_cores(), _visible_cores()
    share = usable / processes
    among = f' for {processes} processes' if processes > 1 else ''
    if share >= visible:
        return f'as torch chooses for {visible} cores{among}'
    os.environ['OMP_NUM_THREADS'] = str(math.ceil(share))  # rounded down, the rest of a core would lie idle
    return f'{os.environ["OMP_NUM_THREADS"]}, as there are {usable:.3g} cores{among}'


def _choose_waiting() -> str:
    theirs = [name for name in ('GOMP_SPINCOUNT', 'OMP_WAIT_POLICY') if name in os.environ]
    if theirs:
        return 'waiting by ' + ', '.join(f'{name}={os.environ[name]}' for name in theirs)
    if not any(map(os.environ.get, _NUMBERS)) and can_watch():
        return _WATCHED
    os.environ['GOMP_SPINCOUNT'] = str(SPINS)
    return f'asleep after {SPINS} rounds of waiting'


def _local_processes() -> int:
    """How many processes share the cores; slurm's tasks do not, if it was told how many each of them gets."""
    told = [name for name in _LOCAL_PROCESSES if _number(name)]
    shares = told and not (told[0].startswith('SLURM') and _number(_CORES_OF_TASK))
    return _number(told[0]) if shares else 1


def _number(name: str) -> int:
    """What a launcher says; 0 where it says nothing, or in words."""
    said = os.environ.get(name, '')
    return int(said) if said.isdecimal() else 0


def _visible_cores() -> int:
    if sys.platform == 'linux':
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota(proc: Path = Path('/proc/self/cgroup'), mount: Path = Path('/sys/fs/cgroup')) -> float:
    """The least share of cores that a control group above this process allows; infinite where none does."""
    try:
        lines = proc.read_text().splitlines()
    except OSError:
        return float('inf')
    quotas = [float('inf')]
    for _, controllers, path in (line.split(':', 2) for line in lines):
        if controllers == '' or 'cpu' in controllers.split(','):
            # Version 1 may list its controllers in another order than the folder that 'cpu' is another name of.
            for root in {mount / controllers, mount / 'cpu'} if controllers else {mount}:
                group = root / path.lstrip('/')
                # In a container the path may be the host's, and the mount the group itself.
                quotas += map(_quota_of, {root, *(one for one in (group, *group.parents) if root in one.parents)})
    return min(quotas)


def _quota_of(group: Path) -> float:
    """Of one group: version 2 has 'QUOTA PERIOD' or 'max PERIOD' in a file, version 1 a file per number."""
    for names in (('cpu.max',), ('cpu.cfs_quota_us', 'cpu.cfs_period_us')):
        try:
            quota, period = map(int, ' '.join((group / name).read_text() for name in names).split())
        except (OSError, ValueError):
            continue
        if quota > 0 and period > 0:
            return quota / period
    return float('inf')
