"""Data sets out of a config, and their loaders."""

import contextlib
import copy
import inspect
from collections.abc import Iterator

from torch.utils.data import DataLoader

from mmcv.config import Config
from mmcv.utils import ConfigError, did_you_mean
from mmcv.utils.arguments import Parameters
from mmseg.datasets import build_dataloader, build_dataset
from mmseg.datasets.builder import innermost
from mmseg.datasets.evaluated_wrapper import as_evaluated
from mmseg.protocols import Samples
from mmseg.settings import Settings
from mmseg.settings.kinds import SECONDS, SWITCH, Kind, whole

_SPLITS = ('train', 'val', 'test')
_LOADERS = tuple(f'{split}_dataloader' for split in _SPLITS)
_OPTIONS = {name for function in (build_dataloader, DataLoader.__init__)
            for name in inspect.signature(function).parameters} - {'self', 'dataset', 'kwargs'}
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(Parameters(build_dataloader).switches, SWITCH),
    'samples_per_gpu': whole(1), 'workers_per_gpu': whole(0), 'prefetch_factor': whole(1), 'timeout': SECONDS}
_MAY_BE_NONE = ('prefetch_factor',)


def build_train_datasets(settings: Settings | Config) -> list[Samples]:
    """The training set and, for the workflow [('train', n), ('val', m)], the validation set with its transforms."""
    settings = Settings.of(settings)
    train = _section(settings, 'train')
    with _named(settings, 'data.train'):
        datasets = [build_dataset(train)]
    if len(settings.workflow) == 2:
        with _named(settings, 'data.val'):
            datasets.append(build_dataset(_with_pipeline(_section(settings, 'val'), pipeline_of(train))))
    return datasets


def build_train_loader(settings: Settings | Config, dataset: Samples, distributed: bool = False) -> DataLoader:
    """The endless, seeded stream of training batches (DESIGN: the order depends on ``seed`` and position only)."""
    settings = Settings.of(settings)
    options = {'drop_last': True, 'endless': True, 'seed': settings.seed or 0, **_options(settings, 'train')}
    if settings.feature_cache is not None:
        options['views'] = settings.feature_cache.get('views', 1)
    return build_dataloader(dataset, dist=distributed, **options)


def build_test_loader(settings: Settings | Config, split: str = 'val', distributed: bool = False) -> DataLoader:
    """Every image of ``data[split]`` once, in order, one at a time unless ``{split}_dataloader`` says otherwise."""
    settings = Settings.of(settings)
    section = _section(settings, split)
    with _named(settings, f'data.{split}'):
        dataset = as_evaluated(build_dataset(section, {'test_mode': True}))
    options = _options(settings, split)
    options['samples_per_gpu'] = settings.data.get(f'{split}_dataloader', {}).get('samples_per_gpu', 1)
    options['shuffle'] = False
    return build_dataloader(dataset, dist=distributed, **options)


def _section(settings: Settings, split: str) -> dict | list:
    section = (settings.data or {}).get(split)
    if section is None:
        mend = ', or train with --no-validate' if split == 'val' else ''
        raise ConfigError(f'{settings.config.filename}: data.{split} is missing: add it{mend}')
    return section


@contextlib.contextmanager
def _named(settings: Settings, key: str) -> Iterator[None]:
    """Put the key of the data set, and where it was set, before what is said of it without either."""
    try:
        yield
    except ConfigError as error:
        if key in str(error) or len(error.args) != 1:
            raise
        error.args = (f'{settings.config.origin(key)}: {key}: {error}',)
        raise


def pipeline_of(cfg: dict | list) -> list:
    """The first pipeline in the config of a data set, which may be deep in wrappers.

    Raises:
        ConfigError: there is none.
    """
    for leaf in innermost(cfg):
        if 'pipeline' in leaf:
            return leaf['pipeline']
    raise ConfigError('no pipeline: give it one, pipeline=train_pipeline')


def _with_pipeline(cfg: dict | list, pipeline: list) -> dict | list:
    """The config with another pipeline in each data set that holds no others."""
    cfg = copy.deepcopy(cfg)
    for leaf in innermost(cfg):
        leaf['pipeline'] = pipeline
    return cfg


def _options(settings: Settings, split: str) -> dict:
    """The arguments of a loader: the keys of ``data`` that are no data set, and over them those for this loader."""
    shared = {k: v for k, v in settings.data.items() if k not in _SPLITS + _LOADERS}
    own = settings.data.get(f'{split}_dataloader', {})
    for section, options in (('data', shared), (f'data.{split}_dataloader', own)):
        for key, value in options.items():
            wrong = _problem(key, value)
            if wrong:
                raise ConfigError(f'{settings.config.origin(f"{section}.{key}")}: {section}.{key}{wrong}')
    top = {'opencv_num_threads': settings.opencv_num_threads, 'multiprocessing_context': settings.mp_start_method}
    return {**{k: v for k, v in top.items() if v is not None}, **shared, **own}


def _problem(key: str, value: object) -> str:
    """What is wrong with an argument of a loader; '' if nothing is."""
    if key not in _OPTIONS:
        return f': no loader takes such an argument{did_you_mean(key, (*_SPLITS, *_LOADERS, *_OPTIONS))}'
    kind = _KINDS.get(key)
    if kind is None or kind.accepts(value) or (value is None and key in _MAY_BE_NONE):
        return ''
    return f' is {value!r}: use {kind.wish}'
