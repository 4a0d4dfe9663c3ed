"""A segmentor out of a config, with the classes of its data set or of its checkpoint."""

import contextlib
import copy
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from torch import nn

from mmcv.config import Config
from mmcv.runner import load_checkpoint
from mmcv.utils import ConfigError
from mmcv.utils.origins import dicts_with
from mmseg.datasets import DATASETS, class_weights
from mmseg.datasets.classes import read_classes
from mmseg.models import BACKBONES, build_segmentor
from mmseg.models.backbones.base_backbone import BaseBackbone
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.models.segmentors.encoder_decoder import EncoderDecoder
from mmseg.models.segmentors.feature_cache import FeatureCache
from mmseg.protocols import ColoursClasses, NamesClasses, Samples
from mmseg.samples import class_names, palette
from mmseg.settings import Settings
from mmseg.zoo import published_checkpoint

_HEADS = ('decode_head', 'auxiliary_head')
_OF_TRAINING = ('pretrained', 'train_cfg')


def build_model(settings: Settings | Config, dataset: Samples | None = None) -> nn.Module:
    """Build the segmentor of a config's ``model`` and give it the classes and colours of ``dataset``.

    Raises:
        ConfigError: the heads predict another number of classes than the data set has, ``class_weight='auto'`` cannot
            be counted, or ``feature_cache`` is set and the backbone is not frozen.
    """
    settings = Settings.of(settings)
    if settings.model is None:
        where = settings.config.filename or 'config'
        raise ConfigError(f'{where}: `model = dict(...)` is missing: inherit one from configs/_base_/models')
    model = copy.deepcopy(settings.model)
    if dataset is not None:
        _count_class_weights(model, lambda: class_weights(dataset))
    segmentor = _build(settings, model, settings.train_cfg, dataset)
    if settings.feature_cache is not None:
        _keep_features(settings, segmentor)
    return segmentor


def _keep_features(settings: Settings, model: nn.Module) -> None:
    try:
        if not isinstance(model, EncoderDecoder):
            raise ValueError(f'feature_cache: a {type(model).__name__} has no backbone of its own: leave it out')
        model.feature_cache = FeatureCache(model.backbone, settings.feature_cache.get('dir', 'work_dirs/features'))
    except ValueError as error:
        raise ConfigError(f'{settings.config.origin("feature_cache")}: {error}') from error


def load_trained(
    settings: Settings | Config, checkpoint: str | None, dataset: Samples | None = None, strict: bool = False,
) -> nn.Module:
    """Build the segmentor of a config as predicting needs it, with the weights of a checkpoint.

    Args:
        settings: the config.
        checkpoint: a path or an address, whose classes and palette become the model's; 'zoo' for the weights that were
            published with the config, None for random ones.
        dataset: whose classes hold where the checkpoint names none; without it, those of the config's data sets, as
            far as they are as many as the model predicts. None are made up.
        strict: refuse a checkpoint whose keys are not those of the model.
    """
    settings = Settings.of(settings)
    bare = copy.deepcopy(settings.model)
    _leave_training_out(bare)
    model = _build(settings, bare, None, dataset)
    if checkpoint is not None:
        checkpoint = published_checkpoint(checkpoint, settings.config.filename)
        meta = load_checkpoint(model, checkpoint, map_location='cpu', strict=strict).get('meta', {})
        name_classes(settings, model, meta, dataset)
    return model


def name_classes(settings: Settings, model: nn.Module, meta: object, dataset: Samples | None = None) -> None:
    """Give a model the classes and colours that the ``meta`` of its checkpoint names, see :func:`load_trained`."""
    if dataset is None:
        model.CLASSES, model.PALETTE = _classes_of_config(settings, model.num_classes)
    for name, given in _classes_of_meta(meta).items():
        setattr(model, name, given)


def _classes_of_meta(meta: object) -> dict[str, Sequence]:
    """``CLASSES`` and ``PALETTE`` as a checkpoint names them, 1.x in ``dataset_meta``; what it lacks is left out."""
    meta = meta if isinstance(meta, Mapping) else {}
    of_1x = meta.get('dataset_meta')
    of_1x = of_1x if isinstance(of_1x, Mapping) else {}
    found = {}
    for name in ('CLASSES', 'PALETTE'):
        given = next((value for value in (meta.get(name), of_1x.get(name.lower()), of_1x.get(name))
                      if isinstance(value, (list, tuple, np.ndarray)) and len(value)), None)
        if given is not None:
            found[name] = given.tolist() if isinstance(given, np.ndarray) else given
    return found


def _classes_of_config(settings: Settings, number: int) -> tuple[Sequence[str] | None, Sequence | None]:
    """Names and colours that the first data set of the config has which names ``number`` classes; no file is read."""
    for split in ('test', 'val', 'train'):
        for cfg in _data_sets(settings.data.get(split)):
            kind = DATASETS.get(cfg['type'])
            names = known = kind.CLASSES if isinstance(kind, NamesClasses) else None
            if cfg.get('classes'):
                with contextlib.suppress(ConfigError):  # a file of names may be on the machine of the training only
                    names = read_classes(cfg['classes'])
            if names is None or len(names) != number:
                continue
            colours = cfg.get('palette')
            if colours is None and names is known and isinstance(kind, ColoursClasses):
                colours = kind.PALETTE
            return names, colours if colours is not None and len(colours) == number else None
    return None, None


def _data_sets(cfg: object) -> Iterator[Mapping]:
    """The configs of data sets in a section, those in wrappers and lists among them."""
    if isinstance(cfg, Mapping):
        if isinstance(cfg.get('type'), str):
            yield cfg
        for value in cfg.values():
            yield from _data_sets(value) if isinstance(value, Mapping) else ()
        for value in cfg.get('datasets') or ():
            yield from _data_sets(value)
    elif isinstance(cfg, (list, tuple)):
        for value in cfg:
            yield from _data_sets(value)


def _build(settings: Settings, cfg: dict, train_cfg: dict | None, dataset: Samples | None) -> nn.Module:
    model = build_segmentor(cfg, train_cfg=train_cfg, test_cfg=settings.test_cfg)
    classes = None if dataset is None else class_names(dataset)
    if classes is not None:
        _check_classes(settings.config, model, len(classes))
        model.CLASSES, model.PALETTE = classes, palette(dataset)
    return model


def _count_class_weights(model: dict, count: Callable[[], list[float]]) -> None:
    """Put what ``count`` gives in the place of every ``class_weight='auto'``."""
    asking = [node for node in dicts_with(model, 'class_weight') if node['class_weight'] == 'auto']
    weights = count() if asking else None  # which may read every label
    for node in asking:
        node['class_weight'] = weights


def _leave_training_out(model: dict) -> None:
    """Change the config of a model so that no file is asked for that only a training begins with."""
    model.update({key: None for key in _OF_TRAINING if key in model})
    for node in dicts_with(model, 'class_weight'):
        if isinstance(node['class_weight'], str):  # 'auto', or a file
            node['class_weight'] = None
    for node in dicts_with(model, 'type'):
        kind = node['type'] if not isinstance(node['type'], str) else BACKBONES.get(node['type'])
        if isinstance(kind, type) and issubclass(kind, BaseBackbone):
            node.update(kind.from_scratch)


def _check_classes(cfg: Config, model: nn.Module, expected: int) -> None:
    """Refuse a model whose heads tell another number of classes apart than the data set has."""
    for part, head in model.named_children():
        for one in head if isinstance(head, nn.ModuleList) else [head]:
            of_its_own = isinstance(one, BaseDecodeHead) and not one.tells_classes
            if part in _HEADS and not of_its_own and one.num_classes != expected:
                key = f'model.{part}.num_classes'
                raise ConfigError(
                    f'{cfg.origin(key)}: {key} is {one.num_classes}, but the data set has {expected} classes: '
                    f'set it to {expected} (or `classes` of the data set)')
