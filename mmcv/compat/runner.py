"""Small parts of mmcv 1.x's runner that projects use by themselves."""

import getpass
import os
import socket
import time
import warnings
from collections.abc import Sequence
from typing import Any

import torch
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from mmcv import dist
from mmcv.checkpoint.rng import seed_all
from mmcv.runner.batch_stream import HearsOfEpochs


class IterLoader:
    """The batches of a loader without an end; ``epoch`` counts how often it began anew."""

    def __init__(self, dataloader: DataLoader) -> None:
        self.loader = dataloader
        self.iter_loader = iter(dataloader)
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.loader)

    def __next__(self) -> Any:
        try:
            return next(self.iter_loader)
        except StopIteration:
            self.epoch += 1
            if isinstance(self.loader.sampler, HearsOfEpochs):
                self.loader.sampler.set_epoch(self.epoch)
            self.iter_loader = iter(self.loader)
            return next(self.iter_loader)


def get_host_info() -> str:
    """'user@host'; empty where the user has no name."""
    try:
        return f'{getpass.getuser()}@{socket.gethostname()}'
    except (OSError, KeyError, ImportError) as error:
        warnings.warn(f'the user or the host has no name: {error}', stacklevel=2)
        return ''


def get_time_str() -> str:
    """Now, as '20260131_235959'."""
    return time.strftime('%Y%m%d_%H%M%S', time.localtime())


def set_random_seed(seed: int, deterministic: bool = False, use_rank_shift: bool = False) -> None:
    """Seed ``random``, ``numpy.random`` and torch.

    Args:
        seed: of all of them.
        deterministic: let cuDNN take only deterministic algorithms.
        use_rank_shift: add the rank, so that every process has another one.
    """
    seed += dist.get_dist_info()[0] if use_rank_shift else 0
    seed_all(seed)
    os.environ['PYTHONHASHSEED'] = str(seed)
    if deterministic:
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False


def worker_init_fn(worker_id: int, num_workers: int, rank: int, seed: int) -> None:
    """Seed the worker of a loader by ``num_workers * rank + worker_id + seed``."""
    seed_all(num_workers * rank + worker_id + seed)


def find_free_port() -> int:
    """A TCP port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(('', 0))
        return probe.getsockname()[1]


def format_param(
    name: str, optim: Optimizer, param: float | Sequence[float] | dict[str, Sequence[float]],
) -> Sequence[float]:
    """One number per parameter group of an optimizer.

    Args:
        name: of the optimizer, where there are several.
        optim: has the groups.
        param: a number for all, one per group, or what is asked for by ``name``.

    Raises:
        ValueError: not as many numbers as groups.
        KeyError: ``name`` is not in the dict.
    """
    count = len(optim.param_groups)
    if isinstance(param, dict):
        if name not in param:
            raise KeyError(f'{name} is not among {", ".join(param)}')
        return param[name]
    if isinstance(param, (int, float)):
        return [param] * count
    if len(param) != count:
        raise ValueError(f'{name}: {len(param)} values for {count} parameter groups')
    return param
