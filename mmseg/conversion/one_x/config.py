"""A config of mmsegmentation 1.x as one of ours."""

from collections.abc import Mapping
from typing import NamedTuple

from mmcv.config import Config
from mmcv.utils import ConfigError

from .data import read_data, read_metric
from .model import read_model
from .pipeline import is_usual_augmentation
from .preprocessor import Preprocessor
from .run import read_hooks, read_start
from .schedule import length_of, read_length, read_optimizer, read_schedule
from .section import NO_COUNTERPART, Section

#: What makes a config one of 1.x.
_OF_1X = ('train_dataloader', 'val_dataloader', 'test_dataloader', 'optim_wrapper', 'param_scheduler', 'default_hooks',
          'data_preprocessor', 'default_scope')
#: The packages of 1.x, whose parts are here or are told of.
_THEIRS = ('mmengine', 'mmcv', 'mmseg', 'mmdet', 'mmpretrain', 'mmcls', 'mmrazor')


class Converted(NamedTuple):
    """What became of a config.

    Attributes:
        config: ours.
        lines: one for each thing that has no counterpart, or another meaning.
    """

    config: Config
    lines: list[str]


def convert_config(theirs: Config) -> Converted:
    """Convert a config, as ``Config.fromfile(path, import_custom_modules=False)`` reads it.

    Variables of the file that nothing means anything to are left out; all else is converted or told of.

    Args:
        theirs: the config of 1.x.

    Raises:
        ConfigError: it is none of 1.x.
    """
    if not any(key in theirs for key in _OF_1X):
        raise ConfigError(f'{theirs.filename}: no config of mmsegmentation 1.x: it has none of {", ".join(_OF_1X)}')
    lines: list[str] = []
    top = Section(theirs, '', lines)
    model, section = read_model(top)
    preprocessor = Preprocessor(section)
    found: dict = dict(model=model) if model else {}
    if data := read_data(top, preprocessor):
        found['data'] = data
    found |= read_optimizer(top)
    length = read_length(top)
    found |= read_schedule(top, length_of(length.get('runner', {})))
    hooks, of_evaluation = read_hooks(top)
    evaluation = {**length.pop('evaluation', {}), **read_metric(top), **of_evaluation}
    found |= {**length, **hooks, **(dict(evaluation=evaluation) if evaluation else {}), **read_start(top)}
    found |= _imports(top)
    _read_augmentation(top)
    _tell_of_the_rest(top)
    return Converted(Config(found), lines)


def _imports(top: Section) -> dict:
    """Modules of the user's own stay; those of 1.x's packages are not needed."""
    section = top.section('custom_imports')
    modules = section.take('imports') or []
    modules = [modules] if isinstance(modules, str) else modules
    own = [module for module in modules if module.partition('.')[0] not in _THEIRS]
    given = section.take_all('allow_failed_imports')
    section.close()
    return dict(custom_imports=dict(imports=own, **given)) if own else {}


def _read_augmentation(top: Section) -> None:
    model = top.section('tta_model')
    model.expect(type='SegTTAModel')
    model.expect(type='mmseg.SegTTAModel')
    model.close()
    steps = top.take('tta_pipeline')
    if steps and not is_usual_augmentation(steps):
        top.tell('tta_pipeline', 'is not what tools/test.py --aug-test does (scales 0.5 to 1.75, mirrored too): write '
                                 'its scales into img_ratios of MultiScaleFlipAug, and flip=True')


def _tell_of_the_rest(top: Section) -> None:
    """Of what is left, tell of what means something to 1.x; the rest are variables."""
    top.take('default_scope')
    for key in ('auto_scale_lr', 'launcher'):
        value = top.take(key)
        if value is not None and not (isinstance(value, Mapping) and not value.get('enable', True)):
            top.tell(key, f'= {value!r} {NO_COUNTERPART}')
