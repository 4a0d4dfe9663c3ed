"""From configs to data sets, from data sets to loaders."""

import copy
import random
import resource
from collections.abc import Iterator, Mapping, Sequence, Sized
from typing import Any

import torch
from torch.utils.data import ConcatDataset, DataLoader

from mmcv import dist as mmcv_dist
from mmcv.utils import ConfigError, Registry, build_from_cfg
from mmcv.utils.arguments import Parameters
from mmcv.utils.origins import locate
from mmseg.protocols import Samples, require
from mmseg.settings import names_1x

from .cache import fill_caches
from .classes import check_joined
from .inner_configs import dataset_arguments
from .loader import SampleLoader
from .samplers import EvaluationSampler, IndexStream

# A data set is anything with a length: a user's plain class registers, a model does not.
DATASETS = Registry('dataset', base=Sized, folder='mmseg.datasets', elsewhere=names_1x.DATASETS)
PIPELINES = Registry('pipeline', folder='mmseg.datasets.pipelines', elsewhere=names_1x.PIPELINES)

_PLACES = ('img_dir', 'ann_dir', 'split')
_OPEN_FILES = 4096
_OF_WORKERS = ('prefetch_factor', 'multiprocessing_context')


def build_dataset(cfg: Mapping | Sequence[Mapping], default_args: Mapping | None = None) -> Samples:
    """Build a data set.

    Args:
        cfg: ``dict(type=..., **arguments)``. A list of them, or lists in ``img_dir``, ``ann_dir`` or ``split``, give a
            ConcatDataset. A wrapper, such as ``RepeatDataset`` or a class of a user's, holds configs of its own in some
            of its arguments, see :func:`.inner_configs.dataset_arguments`. What is a data set already stays as it is.
        default_args: arguments that hold where the configs say nothing and the types take them,
            ``dict(test_mode=True)`` for instance.

    Raises:
        ConfigError: lists of different lengths; an unknown type or argument; a type whose objects are no data
            sets; data sets of different classes that are joined.
    """
    if isinstance(cfg, (list, tuple)):
        return DATASETS.get('ConcatDataset')([build_dataset(part, default_args) for part in cfg])
    if isinstance(cfg, Samples) and not isinstance(cfg, (str, Mapping)):
        return cfg
    if isinstance(cfg, Mapping) and any(isinstance(cfg.get(key), (list, tuple)) for key in _PLACES):
        return _concatenated(cfg, default_args)
    return _build_one(cfg, default_args)


def _build_one(cfg: Mapping, default_args: Mapping | None) -> Samples:
    if not isinstance(cfg, Mapping) or cfg.get('type') is None:
        return build_from_cfg(cfg, DATASETS, default_args)  # which says what is missing
    kind = DATASETS.find(cfg['type'], locate(cfg, 'type'))
    inner = dataset_arguments(kind, cfg, DATASETS)
    parameters = Parameters(kind)
    defaults = {key: value for key, value in (default_args or {}).items()
                if key in parameters.names or (not inner and parameters.accept(key))}
    outer = copy.copy(cfg)
    for key, one in inner.items():
        defaults[key] = _build_inner(outer.pop(key), one, default_args)
    dataset = build_from_cfg(outer, DATASETS, defaults)
    require(dataset, Samples, locate(cfg) or DATASETS.name)
    if isinstance(dataset, ConcatDataset):
        check_joined(dataset.datasets)
    return dataset


def _build_inner(cfg: Mapping | Sequence, one: bool, default_args: Mapping | None) -> Samples | list | dict:
    """What a wrapper's argument becomes: a data set, a list of them, or a dict of them by the user's names."""
    if isinstance(cfg, (list, tuple)) and not one:
        return [build_dataset(part, default_args) for part in cfg]
    named = isinstance(cfg, Mapping) and cfg and 'type' not in cfg
    if named and all(isinstance(part, Mapping) for part in cfg.values()):
        return {name: build_dataset(part, default_args) for name, part in cfg.items()}
    return build_dataset(cfg, default_args)


def _concatenated(cfg: Mapping, default_args: Mapping | None = None) -> Samples:
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
        parts.append(_build_one(part, default_args))
    return DATASETS.get('ConcatDataset')(parts, separate_eval=cfg.get('separate_eval', True))


def innermost(cfg: Mapping | Sequence) -> Iterator[Mapping]:
    """The configs of the data sets that hold no others, in a config of a data set, a wrapper, or a list of them."""
    if not isinstance(cfg, Mapping):
        for part in cfg if isinstance(cfg, (list, tuple)) else ():
            yield from innermost(part)
        return
    kind = DATASETS.get(cfg['type']) if isinstance(cfg.get('type'), str) else cfg.get('type')
    inner = dataset_arguments(kind, cfg, DATASETS) if kind is not None else ()
    for name in inner:
        held = cfg[name]
        yield from innermost(list(held.values()) if isinstance(held, Mapping) and 'type' not in held else held)
    if not inner:
        yield cfg


def build_dataloader(
    dataset: Samples,
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
    views: int | None = None,
    **kwargs: Any,
) -> DataLoader:
    """Fill the data set's cache, if it has one, and build a loader: an endless stream, or one pass over every sample.

    Args:
        dataset: a map-style data set.
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
        views: how many random forms a training sample has, in turn from epoch to epoch; None for a new one each time.
        **kwargs: further arguments of torch's DataLoader, such as ``prefetch_factor`` and ``multiprocessing_context``.
    """
    place = mmcv_dist.get_dist_info() if dist else (0, 1)
    if seed is None:
        seed = mmcv_dist.broadcast_object(random.SystemRandom().randrange(2**31))
    endless = shuffle if endless is None else endless
    length, share = len(dataset), 1 if dist else num_gpus
    workers = workers_per_gpu * share
    fill_caches(dataset, workers, *place)
    if workers:
        _allow_open_files(_OPEN_FILES)
        kwargs.update(persistent_workers=persistent_workers, timeout=timeout)
    else:
        kwargs = {key: value for key, value in kwargs.items() if key not in _OF_WORKERS}
    return SampleLoader(
        dataset,
        IndexStream(length, seed, *place, shuffle, start) if endless else EvaluationSampler(length, *place),
        seed,
        skip_failures=skip_failures and endless,
        batch_size=samples_per_gpu * share,
        views=views if endless else None,
        drop_last=drop_last, num_workers=workers, opencv_num_threads=opencv_num_threads,
        pin_memory=pin_memory and torch.cuda.is_available(),
        **kwargs)


def _allow_open_files(count: int) -> None:
    """Tensors travel from workers through file descriptors; the usual limit of 1024 is soon reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
