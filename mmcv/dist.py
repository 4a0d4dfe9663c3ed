"""Rank, world size, initialisation, and the few collectives that the rest needs.

Everything works without a process group: the world is then one process of rank 0.
"""

import atexit
import datetime
import functools
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import torch
import torch.distributed as torch_dist

from .watchdog import Watchdog

_DEFAULT_TIMEOUT = 600  # seconds
_watchdog: Watchdog | None = None

Result = TypeVar('Result')
Thing = TypeVar('Thing')


def is_distributed() -> bool:
    """Whether a process group stands."""
    return torch_dist.is_available() and torch_dist.is_initialized()


def get_dist_info() -> tuple[int, int]:
    """The rank of this process and the number of processes."""
    return (torch_dist.get_rank(), torch_dist.get_world_size()) if is_distributed() else (0, 1)


def is_main() -> bool:
    """Whether this is rank 0, the one that writes files."""
    return get_dist_info()[0] == 0


def master_only(func: Callable[..., Result]) -> Callable[..., Result | None]:
    """Decorate a function so that it runs on rank 0 only and returns None elsewhere."""

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Result | None:
        return func(*args, **kwargs) if is_main() else None

    wrapper.main_only = True
    return wrapper


def init_dist(launcher: str, backend: str | None = None, timeout: float | None = None, **kwargs: Any) -> None:
    """Join the process group that a launcher has prepared.

    Args:
        launcher: 'pytorch' (torchrun), 'slurm' (srun) or 'mpi' (mpirun of Open MPI or MPICH).
        backend: 'nccl' or 'gloo'; None takes nccl where there are GPUs and gloo elsewhere. Asking for nccl on a
            machine without GPUs, as most configs do, gives gloo.
        timeout: seconds that a collective may wait before the job ends in an error. A process that gives no sign of
            life for nine tenths of it (ten minutes without ``timeout``) ends the job too, which then names its rank.
        kwargs: further arguments of ``torch.distributed.init_process_group``; ``port`` (slurm) is taken out.

    Raises:
        ValueError: the launcher or the backend is unknown, or the launcher's environment variables are not there.
    """
    readers = {'pytorch': _torchrun_env, 'slurm': _slurm_env, 'mpi': _mpi_env}
    if launcher not in readers:
        raise ValueError(f'launcher {launcher!r} is unknown: use one of {", ".join(readers)}')
    _check_backend(backend)
    port = kwargs.pop('port', None)
    try:
        env = readers[launcher]()
    except KeyError as error:
        raise ValueError(
            f'launcher {launcher!r} needs the environment variable {error.args[0]}, which is not set: '
            f'start through {_STARTERS[launcher]}') from None
    if port is not None:
        env['MASTER_PORT'] = str(port)
    os.environ.update({k: v for k, v in env.items() if k not in ('MASTER_ADDR', 'MASTER_PORT')})
    os.environ.setdefault('MASTER_ADDR', env.get('MASTER_ADDR', '127.0.0.1'))
    os.environ.setdefault('MASTER_PORT', env.get('MASTER_PORT', '29500'))

    has_gpu = torch.cuda.is_available()
    if has_gpu:
        torch.cuda.set_device(int(env['LOCAL_RANK']) % torch.cuda.device_count())
    if timeout is not None:
        kwargs['timeout'] = datetime.timedelta(seconds=timeout)
    backend = 'gloo' if backend == 'nccl' and not has_gpu else backend
    options = {'timeout': kwargs['timeout']} if 'timeout' in kwargs else {}
    store, rank, world_size = next(torch_dist.rendezvous(kwargs.pop('init_method', 'env://'), **options))
    store = _unused(store, rank, world_size)
    torch_dist.init_process_group(
        backend or ('nccl' if has_gpu else 'gloo'), store=store, rank=rank, world_size=world_size, **kwargs)
    _watch(torch_dist.PrefixStore('watchdog', store), timeout)
    atexit.register(_leave)  # threads of the group that outlive the interpreter would abort the process


def _check_backend(backend: str | None) -> None:
    """Refuse a name that torch does not know, alone or in a list by devices: 'cpu:gloo,cuda:nccl'."""
    names = {part.rpartition(':')[2] for part in backend.lower().split(',')} if backend else set()
    if not names <= set(torch_dist.Backend.backend_list):
        raise ValueError(f"dist_params.backend (--dist_backend) is {backend!r}: use 'nccl' or 'gloo'")


def _unused(store: torch_dist.Store, rank: int, world_size: int) -> torch_dist.Store:
    """A part of the store that only this start of the job uses.

    After a restart torchrun may hand out the store of the processes before, with their addresses in it. So rank 0 gives
    the name of a new part to whoever asks, until every rank of this start has taken it.
    """
    own = uuid.uuid4().hex
    store.set(f'ask/{rank}', own)
    if rank != 0:
        name = store.get(f'answer/{own}').decode()
        store.set(f'taken/{name}/{rank}', '')
        return torch_dist.PrefixStore(name, store)
    missing = set(range(1, world_size))
    deadline = time.monotonic() + store.timeout.total_seconds()
    while missing:
        for other in sorted(missing):
            if store.check([f'ask/{other}']):
                store.set(f'answer/{store.get(f"ask/{other}").decode()}', own)
        missing = {other for other in missing if not store.check([f'taken/{own}/{other}'])}
        if time.monotonic() > deadline:
            raise TimeoutError(f'ranks {sorted(missing)} of {world_size} did not start in {store.timeout}')
        time.sleep(0.01)
    return torch_dist.PrefixStore(own, store)


def _watch(store: torch_dist.Store, timeout: float | None) -> None:
    global _watchdog
    rank, world_size = get_dist_info()
    if world_size > 1:
        _watchdog = Watchdog(store, rank, world_size, timeout or _DEFAULT_TIMEOUT)
        _watchdog.start()


def _leave() -> None:
    global _watchdog
    if _watchdog is not None:
        _watchdog.stop()
        _watchdog = None
    if is_distributed():
        torch_dist.destroy_process_group()


def note_activity(activity: str) -> None:
    """Say what this process does from now on, for the error of a job that loses it: 'loading iteration 12'."""
    if _watchdog is not None:
        _watchdog.note(activity)


def describe_others() -> str:
    """What the other processes of the job were last seen doing, one per line; '' without any."""
    return '' if _watchdog is None else _watchdog.describe()


_STARTERS = {'pytorch': 'train_dist.sh or torchrun', 'slurm': 'tools/slurm_train.sh or srun', 'mpi': 'mpirun'}


def _torchrun_env() -> dict[str, str]:
    return {'LOCAL_RANK': os.environ.get('LOCAL_RANK', os.environ['RANK'])}


def _slurm_env() -> dict[str, str]:
    nodes = os.environ.get('SLURM_STEP_NODELIST') or os.environ['SLURM_NODELIST']
    # one free port per job, the same on all its machines
    env = {'RANK': os.environ['SLURM_PROCID'], 'WORLD_SIZE': os.environ['SLURM_NTASKS'],
           'LOCAL_RANK': os.environ.get('SLURM_LOCALID') or _local_rank_of(int(os.environ['SLURM_PROCID'])),
           'MASTER_PORT': str(20000 + int(os.environ.get('SLURM_JOB_ID', 9500)) % 20000)}
    if 'MASTER_ADDR' not in os.environ:
        env['MASTER_ADDR'] = _first_of(nodes)
    return env


def _local_rank_of(rank: int) -> str:
    """As 0.x has it, where slurm does not say: as many processes per machine as there are GPUs in this one."""
    return str(rank % max(1, torch.cuda.device_count()))


def _first_of(nodes: str) -> str:
    """The first name of a list as slurm writes it: 'node[03-05],other'."""
    if not set('[,') & set(nodes):
        return nodes
    return subprocess.check_output(['scontrol', 'show', 'hostnames', nodes], text=True).split()[0]


def _mpi_env() -> dict[str, str]:
    if 'PMI_RANK' in os.environ:  # MPICH, Intel MPI
        names = ('PMI_RANK', 'PMI_SIZE', 'MPI_LOCALRANKID')
    else:
        names = ('OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_LOCAL_RANK')
    return dict(zip(('RANK', 'WORLD_SIZE', 'LOCAL_RANK'), (os.environ[name] for name in names)))


def barrier() -> None:
    """Wait until every rank is here."""
    if is_distributed():
        torch_dist.barrier()


def comm_device() -> torch.device:
    """Where a tensor has to lie for a collective of the standing group."""
    on_gpu = is_distributed() and 'nccl' in torch_dist.get_backend()
    return torch.device('cuda', torch.cuda.current_device()) if on_gpu else torch.device('cpu')


def all_reduce(tensor: torch.Tensor, op: str = 'sum') -> torch.Tensor:
    """The element-wise 'sum', 'mean', 'max' or 'min' of a tensor over the ranks; the argument is left as it is."""
    if not is_distributed():
        return tensor
    reduced = tensor.to(comm_device(), copy=True)
    torch_dist.all_reduce(reduced, getattr(torch_dist.ReduceOp, 'SUM' if op == 'mean' else op.upper()))
    if op == 'mean':
        reduced /= torch_dist.get_world_size()
    return reduced.to(tensor.device)


def all_reduce_dict(values: dict[Thing, torch.Tensor], op: str = 'mean') -> dict[Thing, torch.Tensor]:
    """Reduce a dict of scalar or equally typed tensors with one collective; the keys must agree over the ranks."""
    if not is_distributed() or not values:
        return values
    keys = sorted(values)
    flat = all_reduce(torch.cat([values[key].detach().flatten() for key in keys]), op)
    parts = flat.split([values[key].numel() for key in keys])
    reduced = {key: part.view_as(values[key]) for key, part in zip(keys, parts)}
    return {key: reduced[key] for key in values}


def allreduce_params(params: Iterable[torch.Tensor], coalesce: bool = True, bucket_size_mb: int = -1) -> None:
    """Replace parameters or buffers by their means over the ranks.

    Args:
        params: the same on every rank.
        coalesce: send all of one type at once, not one after the other.
        bucket_size_mb: without effect; 0.x sent so much at once.
    """
    _average_in_place([param.data for param in params], coalesce)


def allreduce_grads(params: Iterable[torch.Tensor], coalesce: bool = True, bucket_size_mb: int = -1) -> None:
    """Replace the gradients of parameters, of those that have one, by their means over the ranks.

    Args:
        params, coalesce, bucket_size_mb: as of :func:`allreduce_params`.
    """
    _average_in_place([param.grad.data for param in params if param.requires_grad and param.grad is not None], coalesce)


def _average_in_place(tensors: list[torch.Tensor], coalesce: bool) -> None:
    groups: dict[object, list[torch.Tensor]] = {}
    for number, tensor in enumerate(tensors):
        groups.setdefault((tensor.dtype, tensor.device) if coalesce else number, []).append(tensor)
    for group in groups.values() if is_distributed() else ():
        for number, total in all_reduce_dict(dict(enumerate(group)), 'sum').items():
            group[number].copy_(total / torch_dist.get_world_size())


def broadcast(tensor: torch.Tensor, src: int = 0) -> None:
    """Overwrite a tensor with that of rank ``src``."""
    if is_distributed():
        sent = tensor.to(comm_device(), copy=True)
        torch_dist.broadcast(sent, src)
        tensor.copy_(sent)


def broadcast_object(obj: Thing, src: int = 0) -> Thing:
    """The object of rank ``src``, on every rank."""
    if not is_distributed():
        return obj
    box = [obj]
    torch_dist.broadcast_object_list(box, src=src, device=comm_device())
    return box[0]


def gather_objects(obj: Thing) -> list[Thing]:
    """The objects of all ranks, in their order, on every rank."""
    if not is_distributed():
        return [obj]
    box = [None] * torch_dist.get_world_size()
    torch_dist.all_gather_object(box, obj)
    return box


def collect_results(part: Iterable, size: int) -> list | None:
    """Put the parts that an evaluation sampler dealt out (rank r has items r, r + n, ...) back in order.

    Args:
        part: this rank's results.
        size: the number of items over all ranks.

    Returns:
        The ``size`` results on rank 0, None elsewhere.
    """
    parts = gather_objects(list(part))
    if not is_main():
        return None
    ordered = [None] * max(size, len(parts) * max(map(len, parts), default=0))
    for rank, results in enumerate(parts):
        ordered[rank:rank + len(results) * len(parts):len(parts)] = results
    return ordered[:size]
