"""The model of a new config: that of an existing one, with the classes and crops of other data."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmcv.checkpoint import CheckpointError
from mmcv.checkpoint.source import local_or_address
from mmcv.config import Config
from mmcv.config.dict import to_node, to_plain
from mmcv.config.find import config_folders
from mmcv.utils import ConfigError, did_you_mean
from mmcv.utils.origins import dicts_with

_PLAIN_DATA = ('ade20k', 'cityscapes', 'voc12aug', 'voc12')  # whose configs add least of their own
_KEPT = ('model', 'optimizer', 'optimizer_config', 'lr_config', 'fp16', 'amp', 'find_unused_parameters',
         'custom_imports')
_LARGE = 2048  # pixels of an edge, from which on images are tested in windows
_PATIENCE = 5  # seconds for a server to answer
# To learn without pretrained weights, in few iterations: as the demo does.
_FROM_SCRATCH = dict(type='AdamW', lr=0.001, weight_decay=0.01)


def find_model(start: str) -> Config:
    """The config that a model is taken from.

    Args:
        start: what its name begins with: ``pspnet_r50-d8``.

    Raises:
        ConfigError: no config begins so; the nearest names are told.
    """
    folder = next((folder for folder in config_folders() if (folder / '_base_/models').is_dir()), Path())
    files = {path.stem: path for path in sorted(folder.glob('[!_]*/*.py'))}
    start = start.removesuffix('.py')
    fits = [name for name in files if name == start or name.startswith(f'{start}_')] or [
        name for name in files if name.startswith(start)]
    if not fits:
        models = sorted({name.split('_')[0] for name in files})
        raise ConfigError(f'--model: no config begins with {start!r}{did_you_mean(start, files)}; methods: '
                          f'{", ".join(models)}')
    return Config.fromfile(files[min(fits, key=_plainness)])


def _plainness(name: str) -> tuple:
    place = next((place for place, data in enumerate(_PLAIN_DATA) if name.endswith(f'_{data}')), len(_PLAIN_DATA))
    return 'demo' in name, '769' in name, len(name.split('_')), place, len(name), name


def adapt(
    config: Config, classes: int, crop: tuple[int, int], largest: int, ignore_index: int | None, weighted: bool,
) -> dict:
    """The parts of a config that are not about its data, for other classes and crops.

    Args:
        config: from :func:`find_model`.
        classes: how many there are.
        crop: (height, width) to train on.
        largest: the longest edge of the images; those that are too large for one pass are tested in windows.
        ignore_index: the ignored label.
        weighted: whether rare classes are to count more in the losses.

    Returns:
        Plain values by their keys: ``model``, ``optimizer``, ``lr_config`` and so on.
    """
    whole = to_plain(config.to_dict())
    kept = {key: to_plain(to_node(whole[key])) for key in _KEPT if key in whole}
    model = kept['model']
    for head in dicts_with(model, 'num_classes'):
        head['num_classes'] = classes if head['num_classes'] != 1 else 1
    for part in ('decode_head', 'auxiliary_head'):
        for head in _listed(model.get(part)):
            head.pop('ignore_index', None)
            if ignore_index != 255:
                head['ignore_index'] = ignore_index
    for loss in dicts_with(model, 'loss_weight'):
        loss.pop('class_weight', None)
        if weighted and loss.get('type') == 'CrossEntropyLoss':
            loss['class_weight'] = 'auto'
    test = model.get('test_cfg') or {}
    if test.get('mode') == 'slide' or largest > _LARGE:
        stride = tuple(max(1, side * 2 // 3) for side in crop)
        model['test_cfg'] = dict(test, mode='slide', crop_size=crop, stride=stride)
    return kept


def fixed_crop(config: Config) -> tuple[int, int] | None:
    """The crop of a config whose network has a position for each place of it; None of others."""
    backbone = config.model.get('backbone') or {}
    size = backbone.get('img_size') or 224
    return tuple([size] * 2 if isinstance(size, int) else size) if 'img_size' in backbone else None


def leave_out_weights(parts: dict) -> list[str]:
    """Take out the pretrained weights that are not to be had on this machine, and say of each why.

    Without them an optimizer is set that learns from nothing.
    """
    lost = []
    for node, key, name in weights_of(parts['model']):
        if reason := _missing(name):
            lost.append(reason)
            node[key] = None
    if lost and parts.get('optimizer', {}).get('type') == 'SGD':
        kept = {key: value for key, value in parts['optimizer'].items() if key == 'paramwise_cfg'}
        parts['optimizer'] = {**_FROM_SCRATCH, **kept}
        parts['lr_config'] = dict(policy='poly', power=0.9, min_lr=1e-5, by_epoch=False, warmup='linear',
                                  warmup_iters=20)
    return list(dict.fromkeys(lost))


def starts_from_weights(parts: dict) -> bool:
    """Whether a part of the model starts from weights that were learned elsewhere."""
    return any(name for _, _, name in weights_of(parts['model']))


def weights_of(model: dict) -> Iterator[tuple[dict, str, object]]:
    """Where a model names weights: the dict of a part, its key for them, and the name, if any."""
    for node in dicts_with(model, 'pretrained'):
        yield node, 'pretrained', node['pretrained']
    for node in dicts_with(model, 'init_cfg'):
        if isinstance(node['init_cfg'], dict):
            yield node, 'init_cfg', node['init_cfg'].get('checkpoint')


def _missing(name: object) -> str:
    """Why weights are not to be had; '' of what is no name, where they lie here, and where their server answers."""
    if not isinstance(name, str):
        return ''
    try:
        found = local_or_address(name)
        if isinstance(found, Path) and found.is_file():
            return ''
        request = urllib.request.Request(str(found), method='HEAD')
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            if answer.status < 400:
                return ''
    except CheckpointError as error:  # which says what helps
        return str(error)
    except (OSError, ValueError):  # no server answers, or it is a path
        pass
    return f'{name} is not to be had here'


def _listed(node: Any) -> list[dict]:
    return [part for part in (node if isinstance(node, (list, tuple)) else [node]) if isinstance(part, dict)]
