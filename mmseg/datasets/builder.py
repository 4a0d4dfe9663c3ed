"""From configs to data sets, from data sets to loaders."""

import copy
import random
import resource
from collections.abc import Mapping, Sequence, Sized
from typing import Any

import torch
from torch.utils.data import DataLoader

from mmcv import dist as mmcv_dist
from mmcv.utils import ConfigError, Registry, build_from_cfg

from .cache import fill_caches
from .loader import SampleLoader
from .samplers import EvaluationSampler, IndexStream

# A data set is anything with a length: a user's plain class registers, a model does not.
DATASETS = Registry('dataset', base=Sized)
PIPELINES = Registry('pipeline')

_WRAPPED = {'RepeatDataset': 'dataset', 'MultiImageMixDataset': 'dataset', 'ConcatDataset': 'datasets'}
_PLACES = ('img_dir', 'ann_dir', 'split')
_OPEN_FILES = 4096


def build_dataset(cfg: Mapping | Sequence[Mapping], default_args: Mapping | None = None) -> Any:
    """Build a data set.

    Args:
        cfg: ``dict(type=..., **arguments)``. A list of them, or lists in ``img_dir``, ``ann_dir`` or ``split``, give a
            ConcatDataset; ``RepeatDataset`` and ``MultiImageMixDataset`` hold a config of their own in ``dataset``.
        default_args: arguments that hold where the configs say nothing, ``dict(test_mode=True)`` for instance.

    Raises:
        ConfigError: lists of different lengths; an unknown type or argument.
    """
    if isinstance(cfg, (list, tuple)):
        return DATASETS.get('ConcatDataset')([build_dataset(part, default_args) for part in cfg])
    if cfg.get('type') in _WRAPPED:
        return _wrapper(cfg, _WRAPPED[cfg['type']], default_args)
    if any(isinstance(cfg.get(key), (list, tuple)) for key in _PLACES):
        return _concatenated(cfg, default_args)
    return build_from_cfg(cfg, DATASETS, default_args)


def _wrapper(cfg: Mapping, key: str, default_args: Mapping | None) -> Any:
    outer = copy.copy(cfg)
    inner = outer.pop(key, None)
    if isinstance(inner, (list, tuple)) and key == 'datasets':
        inner = [build_dataset(part, default_args) for part in inner]
    elif isinstance(inner, (Mapping, list, tuple)):
        inner = build_dataset(inner, default_args)
    return build_from_cfg(outer, DATASETS, {key: inner})


def _concatenated(cfg: Mapping, default_args: Mapping | None) -> Any:
    lists = {key: cfg[key] for key in _PLACES if isinstance(cfg.get(key), (list, tuple))}
    count = max(map(len, lists.values()))
    if any(len(values) not in (1, count) for values in lists.values()):
        lengths = ', '.join(f'{len(values)} of {key}' for key, values in lists.items())
        raise ConfigError(f'{cfg["type"]}: lists of data sets have to be of one length, not {lengths}')
    parts = []
    for i in range(count):
        part = copy.copy(cfg)
        part.pop('separate_eval', None)
        part.update({key: values[i % len(values)] for key, values in lists.items()})
        parts.append(build_from_cfg(part, DATASETS, default_args))
    return DATASETS.get('ConcatDataset')(parts, separate_eval=cfg.get('separate_eval', True))


def build_dataloader(
    dataset: Any,
    samples_per_gpu: int,
    workers_per_gpu: int,
    num_gpus: int = 1,
    dist: bool = True,
    shuffle: bool = True,
    seed: int | None = None,
    drop_last: bool = False,
    pin_memory: bool = True,
    persistent_workers: bool = True,
    start: int = 0,
    endless: bool | None = None,
    skip_failures: bool = False,
    timeout: float = 600,
    opencv_num_threads: int = 0,
    **kwargs,
) -> DataLoader:
    """Build a loader: an endless stream for training, or one pass over every sample for evaluation.

    Before that the data set's cache is filled, if it has one.

    Args:
        samples_per_gpu, workers_per_gpu, num_gpus: a batch has ``samples_per_gpu * num_gpus`` samples, loaded by
            ``workers_per_gpu * num_gpus`` processes; ``num_gpus`` counts in a single process only.
        dist: deal the samples out over the ranks of the process group, if there is one.
        shuffle: shuffle each epoch.
        seed: of order and augmentation; None draws one (the same on all ranks).
        drop_last: leave out the last batch of an evaluation pass if it is smaller.
        pin_memory: for faster copies to a GPU; without one it is off.
        persistent_workers: keep the workers from one pass to the next.
        start: the position (over all ranks) in the training stream to begin at.
        endless: whether the loader is a training stream; None takes ``shuffle``. ``len()`` is an epoch either way.
        skip_failures: pass over training samples that cannot be loaded, counted in ``loader.skipped``.
        timeout: seconds to wait for a batch before the workers count as hanging.
        opencv_num_threads: of OpenCV in each worker; 0 and 1 mean none besides its own. torch has one there.
        kwargs: further arguments of torch's DataLoader, such as ``prefetch_factor`` and ``multiprocessing_context``.
    """
    rank, world_size = mmcv_dist.get_dist_info() if dist else (0, 1)
    if seed is None:
        seed = mmcv_dist.broadcast_object(random.SystemRandom().randrange(2**31))
    endless = shuffle if endless is None else endless
    if endless:
        sampler = IndexStream(len(dataset), seed, rank, world_size, shuffle, start)
    else:
        sampler = EvaluationSampler(len(dataset), rank, world_size)
    share = 1 if dist else num_gpus
    workers = workers_per_gpu * share
    fill_caches(dataset, workers, rank, world_size)
    if workers:
        _allow_open_files(_OPEN_FILES)
        kwargs.update(persistent_workers=persistent_workers, timeout=timeout)
    else:
        kwargs.pop('prefetch_factor', None)
        kwargs.pop('multiprocessing_context', None)
    return SampleLoader(
        dataset,
        sampler,
        seed,
        skip_failures=skip_failures and endless,
        batch_size=samples_per_gpu * share,
        drop_last=drop_last,
        num_workers=workers,
        pin_memory=pin_memory and torch.cuda.is_available(),
        opencv_num_threads=opencv_num_threads,
        **kwargs)


def _allow_open_files(count: int) -> None:
    """Tensors travel from workers through file descriptors; the usual limit of 1024 is soon reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
