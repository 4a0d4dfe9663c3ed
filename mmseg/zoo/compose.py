"""A config for a name that has no file: the parts that the name tells, and what its nearest relative adds to them.

Every run config is a model, a data set, a schedule and the run-time defaults from ``configs/_base_``, adjusted to each
other by rules (classes, crops, windows), and a remainder: the backbone, the optimizer of the method, a batch size. The
remainder of a name without a file is that of the nearest config of the same model, see :mod:`.remainder`.
"""

import ast
from pathlib import Path

from mmcv.config import Config
from mmcv.config.dict import to_node, to_plain
from mmcv.config.find import config_folders, find_config
from mmcv.config.format import format_python
from mmcv.config.merge import merge
from mmcv.config.override import NoOverride, override
from mmcv.utils import ConfigError, did_you_mean
from mmcv.utils.errors import ConfigFileNotFoundError
from mmseg.datasets.class_names import get_classes

from .names import DATASETS, UNALIGNED, ConfigName, Names
from .remainder import Relative, heads, lengthen, resize, transfer

_GENERIC_CLASSES = (19, 21, 150)  # what `_base_/models` have in the place of a data set's own count


def read_config(name: str, import_custom_modules: bool = True) -> Config:
    """The config of a path or a name, composed where a name that follows the grammar has no file.

    Raises:
        ConfigError: no such file, and nothing to compose it from; the message tells what there is.
    """
    try:
        path = find_config(name)
    except ConfigFileNotFoundError as error:
        composed = compose(name, import_custom_modules)
        if composed is None:
            raise error
        return composed
    return Config.fromfile(path, import_custom_modules=import_custom_modules)


def compose(name: str, import_custom_modules: bool = True) -> Config | None:
    """Compose a config, whose file name is where the file would be.

    Args:
        name: ``segformer_mit-b0_512x512_40k_loveda``.
        import_custom_modules: import what ``custom_imports`` names.

    Returns:
        The config; None for a name that does not follow the grammar of :mod:`.names`.

    Raises:
        ConfigError: an unknown model, schedule or data set; the message tells the nearest or all that are known.
    """
    wanted = ConfigName.parse(name)
    folder = next((folder for folder in config_folders() if (folder / '_base_/models').is_dir()), None)
    if wanted is None or folder is None:
        return None
    names = Names(folder)
    _refuse_unknown(wanted, names)
    akin = names.akin(wanted)
    relatives = [other for other in akin if other != wanted] or akin
    nearest = min(relatives, key=lambda other: _distance(other, wanted))
    base, relative = _relative(nearest, names)
    bases = [*base, *_bases(wanted, folder)]
    below = _merged(bases)
    composed = transfer(relative, _adjusted(below, wanted), wanted, _class_count(wanted))
    path = names.files[nearest].parent / f'{wanted.text}.py'
    text = f'# Composed from the name, beside {nearest.text}.\n_base_ = [\n' + ''.join(
        f'    {str(Path("..", part.relative_to(folder)))!r},\n' for part in bases) + ']\n'
    return Config.fromtext(text + format_python(override(below, composed)), path, import_custom_modules)


def _refuse_unknown(wanted: ConfigName, names: Names) -> None:
    for word, known, what in ((wanted.dataset, DATASETS, 'data set'), (wanted.iterations, names.schedules, 'schedule'),
                              (wanted.model, names.models, 'model')):
        if word in known:
            continue
        method = word.split('_')[0]
        akin = [model for model in known if what == 'model' and model.split('_')[0] == method]
        hint = did_you_mean(word, known) or f' (there are {", ".join(akin or known)})'
        raise ConfigFileNotFoundError(
            f'{wanted.text}: no such config, and none can be composed: {word!r} is no known {what}{hint}')
    if not names.akin(wanted):
        known = sorted({' '.join(other.extras) for other in names.files if other.model == wanted.model})
        raise ConfigFileNotFoundError(
            f'{wanted.text}: no such config, and none can be composed: {wanted.model} is not known '
            f'with {" ".join(wanted.extras)}, but with {" or ".join(filter(None, known)) or "nothing"}')


def _distance(other: ConfigName, wanted: ConfigName) -> tuple:
    """How far a relative is: what it shares counts in the order extras, batch, data set, crop, schedule."""
    return (other.extras != wanted.extras, other.batch != wanted.batch, other.dataset != wanted.dataset,
            other.crop != wanted.crop, other.iterations != wanted.iterations, other.text)


def _relative(name: ConfigName, names: Names) -> tuple[list[Path], Relative]:
    """The file of a config's model, if it has one, and the config beside the parts and rules of its name."""
    path = names.files[name]
    base = [file for file in (_model_file(path),) if file]
    whole = to_plain(Config.fromfile(path, import_custom_modules=False).to_dict())
    if 'runner' not in whole and 'total_iters' in whole:
        whole['runner'] = {'type': 'IterBasedRunner', 'max_iters': whole.pop('total_iters')}
    parts = _adjusted(_merged([*base, *_bases(name, names.folder)]), name)
    try:
        return base, Relative(name, parts, whole, override(parts, whole))
    except NoOverride as error:
        raise ConfigError(f'{path}: cannot compose beside it: it lacks {error} of its parts') from None


def _model_file(path: Path) -> Path | None:
    """The file of ``_base_/models`` that a config inherits from, by whatever way; None where it has all of its own."""
    for node in ast.parse(path.read_text(encoding='utf-8')).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == '_base_':
            value = ast.literal_eval(node.value)
            for base in [value] if isinstance(value, str) else value:
                found = (path.parent / base).resolve()
                if found.parent.name == 'models':
                    return found
                if '_base_' not in found.parts and (base_of_that := _model_file(found)):
                    return base_of_that
    return None


def _bases(name: ConfigName, folder: Path) -> list[Path]:
    """Data set, run-time defaults and schedule of a name."""
    base = folder / '_base_'
    of_crop = base / f'datasets/{name.data.base}_{name.size}.py'
    schedule = base / f'schedules/schedule_{name.iterations}.py'
    return [of_crop if of_crop.exists() else base / f'datasets/{name.data.base}.py', base / 'default_runtime.py',
            schedule if schedule.exists() else base / 'schedules/schedule_80k.py']


def _merged(bases: list[Path]) -> dict:
    merged = to_node({})
    for path in bases:
        merged = merge(merged, Config.fromfile(path, import_custom_modules=False)._cfg_dict)
    return to_plain(merged)


def _adjusted(config: dict, name: ConfigName) -> dict:
    """A copy of merged parts that fit each other: classes, crop, windows of the test, learning rate, length."""
    config = to_plain(to_node(config))
    if (length := config['runner']['max_iters']) != name.max_iters:  # no schedule is as long
        lengthen(config, length, name.max_iters)
    model, data = config.setdefault('model', {}), name.data
    for head in heads(model):
        if head['num_classes'] in _GENERIC_CLASSES:
            head['num_classes'] = _class_count(name)
        if name.crop == UNALIGNED:
            head['align_corners'] = True
    windows = (model.get('test_cfg') or {}).get('mode') == 'slide'
    if (not data.whole and (windows or data.lr)) or name.crop == UNALIGNED:
        model['test_cfg'] = _windows(name.crop)
    if data.lr is not None:
        config['optimizer']['lr'] = data.lr
    return _cropped(config, name.crop)


def _class_count(name: ConfigName) -> int:
    """59 of Pascal Context leave out the background."""
    return len(get_classes(name.data.classes)) - (name.dataset == 'pascal_context_59')


def _windows(crop: tuple[int, int]) -> dict:
    """Windows of the size of the crop that overlap by a third."""
    steps = {(769, 769): 513}
    return {'mode': 'slide', 'crop_size': crop, 'stride': tuple(steps.get(crop, side * 2 // 3) for side in crop)}


def _cropped(config: dict, crop: tuple[int, int]) -> dict:
    """Another crop than the data set's file has; images that are smaller than it are enlarged to its shorter side."""
    before = config.get('crop_size')
    if before == crop or before is None:
        return config
    config['crop_size'] = crop
    short = min(min(step['img_scale']) for step in config['train_pipeline'] if 'img_scale' in step)
    factor = max(1.0, min(crop) / short)
    for node in (config['train_pipeline'], config['test_pipeline'], config['data']):
        resize(node, before, crop, factor)
    return config
