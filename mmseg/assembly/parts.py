"""The one place that turns a config into a model and its loaders."""

import copy
import inspect
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

from mmcv.config import Config, check_known_keys, find_config
from mmcv.parallel import MMDataParallel, MMDistributedDataParallel, MMFullyShardedDataParallel
from mmcv.utils import ConfigError, did_you_mean
from mmcv.utils.arguments import Parameters
from mmseg.datasets import build_dataloader, build_dataset, class_weights
from mmseg.models import build_segmentor

from .speed import check_speed, speed_up

#: What a config may say at its top level besides variables of its own.
KNOWN_KEYS = (
    'model', 'data', 'optimizer', 'optimizer_config', 'lr_config', 'momentum_config', 'runner', 'checkpoint_config',
    'evaluation', 'log_config', 'dist_params', 'log_level', 'load_from', 'resume_from', 'auto_resume', 'workflow',
    'cudnn_benchmark', 'tf32', 'fp16', 'amp', 'channels_last', 'compile', 'fuse_conv_bn', 'recompute_norm', 'winograd',
    'custom_hooks', 'custom_imports', 'find_unused_parameters', 'static_graph', 'fsdp', 'work_dir', 'gpu_ids', 'seed',
    'device', 'opencv_num_threads', 'mp_start_method', 'report', 'train_cfg', 'test_cfg', 'norm_cfg', 'dataset_type',
    'data_root', 'img_norm_cfg', 'img_scale', 'crop_size', 'train_pipeline', 'test_pipeline', 'total_iters',
    'total_epochs',
)
_SPLITS = ('train', 'val', 'test')
_LOADERS = tuple(f'{split}_dataloader' for split in _SPLITS)
#: Top-level keys of 0.x, and what a loader calls them.
_TOP_LOADER_OPTIONS = {'opencv_num_threads': 'opencv_num_threads', 'mp_start_method': 'multiprocessing_context'}
_LOADER_OPTIONS = {name for function in (build_dataloader, DataLoader.__init__)
                   for name in inspect.signature(function).parameters} - {'self', 'dataset', 'kwargs'}
_LOADER_SWITCHES = Parameters(build_dataloader).switches
_LOADER_COUNTS = {'samples_per_gpu': 1, 'workers_per_gpu': 0, 'prefetch_factor': 1}  # with the least of each


def load_config(name: str, options: Mapping[str, Any] | None = None) -> Config:
    """Read a config by path or bare name, apply ``--cfg-options`` and refuse misspelled sections.

    Raises:
        ConfigError: no such config (with the nearest names), a top-level key that looks like a misspelled one, or a
            key of speed with a value that means nothing.
    """
    cfg = Config.fromfile(find_config(name))
    if options:
        cfg.merge_from_dict(options)
    check_known_keys(cfg, KNOWN_KEYS)
    check_speed(cfg)
    for section in ('model', 'data'):
        if section not in cfg:
            raise ConfigError(f'{cfg.filename}: `{section} = dict(...)` is missing: inherit one from configs/_base_')
    return cfg


def build_model(cfg: Config, dataset: Any = None) -> nn.Module:
    """Build the segmentor of ``cfg.model`` and give it the classes and colours of ``dataset``.

    Raises:
        ConfigError: the heads predict another number of classes than the data set has.
    """
    settings = copy.deepcopy(cfg.model)
    if dataset is not None:
        _count_class_weights(settings, dataset)
    model = build_segmentor(settings, train_cfg=cfg.get('train_cfg'), test_cfg=cfg.get('test_cfg'))
    if dataset is not None and dataset.CLASSES is not None:
        for part in ('decode_head', 'auxiliary_head'):
            _check_classes(cfg, model, part, len(dataset.CLASSES))
        model.CLASSES, model.PALETTE = dataset.CLASSES, dataset.PALETTE
    return model


def _count_class_weights(settings: Any, dataset: Any) -> None:
    """Put numbers in the place of every ``class_weight='auto'``, from the labels of the training set."""
    nodes = settings.values() if isinstance(settings, dict) else settings if isinstance(settings, list) else ()
    if isinstance(settings, dict) and settings.get('class_weight') == 'auto':
        while not hasattr(dataset, 'eval_label'):  # RepeatDataset and the like hold it
            dataset = dataset.dataset
        settings['class_weight'] = class_weights(dataset)
    for node in nodes:
        _count_class_weights(node, dataset)


def _check_classes(cfg: Config, model: nn.Module, part: str, expected: int) -> None:
    heads = getattr(model, part, None)
    for head in heads if isinstance(heads, nn.ModuleList) else [heads]:
        if head is not None and head.num_classes != expected:
            raise ConfigError(
                f'{cfg.origin(f"model.{part}.num_classes")}: model.{part}.num_classes is {head.num_classes}, but the '
                f'data set has {expected} classes: set it to {expected} (or `classes` of the data set)')


def place(model: nn.Module, cfg: Config, distributed: bool) -> nn.Module:
    """Move the model to its device and wrap it for one process or for many."""
    device = torch.device(cfg.get('device') or ('cuda' if torch.cuda.is_available() else 'cpu'))
    if device.type == 'cuda' and not distributed:
        device = torch.device('cuda', cfg.get('gpu_ids', [0])[0])
    elif device.type == 'cuda':
        device = torch.device('cuda', torch.cuda.current_device())
    model = speed_up(model.to(device), cfg)
    ids = [device.index] if device.type == 'cuda' else None
    if not distributed:
        return MMDataParallel(model, device_ids=ids)
    if cfg.get('fsdp'):
        return MMFullyShardedDataParallel(model, device_ids=ids, **(cfg.fsdp if isinstance(cfg.fsdp, dict) else {}))
    return MMDistributedDataParallel(
        model, device_ids=ids, broadcast_buffers=False, find_unused_parameters=cfg.get('find_unused_parameters', False),
        static_graph=cfg.get('static_graph', False))


def _loader_options(cfg: Config, split: str) -> dict:
    shared = {k: v for k, v in cfg.data.items() if k not in _SPLITS + _LOADERS}
    own = cfg.data.get(f'{split}_dataloader', {})
    for section, options in (('data', shared), (f'data.{split}_dataloader', own)):
        for key in options:
            if key not in _LOADER_OPTIONS:
                known = (*_SPLITS, *_LOADERS, *_LOADER_OPTIONS)
                raise ConfigError(f'{cfg.origin(f"{section}.{key}")}: {section}.{key}: no loader takes such an argument'
                                  f'{did_you_mean(key, known)}')
            mend = _loader_mend(key, options[key])
            if mend:
                raise ConfigError(f'{cfg.origin(f"{section}.{key}")}: {section}.{key} is {options[key]!r}: use {mend}')
    top = {name: cfg[key] for key, name in _TOP_LOADER_OPTIONS.items() if cfg.get(key) is not None}
    return {**top, **shared, **own}


def _loader_mend(key, value):
    """What an argument of a loader has to be, if it is not that."""
    if key in _LOADER_SWITCHES and isinstance(value, str):
        return 'True or False'
    least = _LOADER_COUNTS.get(key)
    if least is not None and value is not None and (type(value) is not int or value < least):
        return f'a whole number from {least} on'
    if key == 'timeout' and not (isinstance(value, (int, float)) and value >= 0):
        return 'a number of seconds, 0 for no limit'
    return None


def build_train_loader(cfg: Config, dataset: Any, distributed: bool = False) -> DataLoader:
    """The endless, seeded stream of training batches (DESIGN: the order depends on ``cfg.seed`` and position only)."""
    options = {'drop_last': True, 'endless': True, 'seed': cfg.get('seed') or 0, **_loader_options(cfg, 'train')}
    return build_dataloader(dataset, dist=distributed, **options)


def build_test_loader(cfg: Config, split: str = 'val', distributed: bool = False) -> DataLoader:
    """Every image of ``cfg.data[split]`` once, in order, one at a time unless ``{split}_dataloader`` says otherwise."""
    if split not in cfg.data:
        raise ConfigError(f'{cfg.filename}: data.{split} is missing: add it, or train with --no-validate')
    dataset = build_dataset(cfg.data[split], {'test_mode': True})
    options = _loader_options(cfg, split)
    options['samples_per_gpu'] = cfg.data.get(f'{split}_dataloader', {}).get('samples_per_gpu', 1)
    options['shuffle'] = False
    return build_dataloader(dataset, dist=distributed, **options)


def require_labels(dataset: Any) -> None:
    """Raise a ConfigError if images that are to be evaluated have no label; data sets that cannot tell pass."""
    for part in getattr(dataset, 'datasets', [dataset]):
        if hasattr(part, 'require_labels'):
            part.require_labels()


def build_train_datasets(cfg: Config) -> list:
    """The training set and, for the workflow [('train', n), ('val', m)], the validation set with its transforms."""
    datasets = [build_dataset(cfg.data.train)]
    if len(cfg.get('workflow', [])) == 2:
        val = copy.deepcopy(cfg.data.val)
        val.pipeline = cfg.data.train.pipeline
        datasets.append(build_dataset(val))
    return datasets
