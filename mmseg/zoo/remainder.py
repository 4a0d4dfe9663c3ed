"""What a config adds to the parts of its name, brought over to another name of the same model."""

from collections.abc import Iterator
from dataclasses import dataclass

from mmcv.config.dict import to_node, to_plain
from mmcv.config.merge import merge
from mmcv.utils.origins import dicts_with

from .names import UNALIGNED, ConfigName

_FACTS_OF_DATA = ('crop_size', 'size', 'img_scale', 'reduce_zero_label')
_BATCH = ('samples_per_gpu', 'workers_per_gpu')
_OF_BOUNDARIES = 'STDCHead'  # learns where boundaries are, whatever the classes
_WITHOUT_RESIZING = ('KernelUpdateHead',)


@dataclass
class Relative:
    """A config in a file.

    Attributes:
        name: its name.
        parts: the parts of ``_base_`` that the name tells, fitted to each other.
        whole: the config.
        change: what laid over ``parts`` gives ``whole``.
    """

    name: ConfigName
    parts: dict
    whole: dict
    change: dict


def transfer(relative: Relative, onto: dict, wanted: ConfigName, class_count: int) -> dict:
    """The parts of a name with what a relative adds to its own.

    What the change says of the relative's data set, crop and classes is said of the wanted ones instead.

    Args:
        relative: a config of the same model.
        onto: the parts of ``wanted``, fitted to each other.
        wanted: the name that has no file.
        class_count: of its data set.
    """
    change, other_data = relative.change, relative.name.dataset != wanted.dataset
    if other_data:
        change = _without_data(change)
        onto = _with_steps(relative, onto)
    composed = to_plain(merge(to_node(onto), to_node(change)))
    model = composed['model']
    for head in heads(model):
        if head['type'] == _OF_BOUNDARIES:
            continue
        if other_data:
            head['num_classes'] = class_count
            for loss in dicts_with(head, 'class_weight'):
                del loss['class_weight']  # by how frequent the classes of the relative's data set are
        if (relative.name.crop == UNALIGNED) != (wanted.crop == UNALIGNED) and head['type'] not in _WITHOUT_RESIZING:
            head['align_corners'] = wanted.crop == UNALIGNED
    if relative.name.iterations != wanted.iterations:
        lengthen(composed, relative.whole['runner']['max_iters'], wanted.max_iters)
    if wanted.samples_per_gpu is not None:
        composed['data']['samples_per_gpu'] = wanted.samples_per_gpu
    model['test_cfg'] = _test_cfg(model, onto['model'], relative.name, wanted)
    if relative.name.crop != wanted.crop:
        backbone = model['backbone']
        if backbone.get('img_size') == relative.name.crop:
            backbone['img_size'] = wanted.crop
        for key in ('train_pipeline', 'test_pipeline', 'data'):
            resize(composed[key], relative.name.crop, wanted.crop)
    return composed


def _test_cfg(model: dict, onto: dict, relative: ConfigName, wanted: ConfigName) -> dict:
    """Windows of the wanted crop that overlap as the relative's do; none where only its data set needs them."""
    test_cfg = model.get('test_cfg') or {}
    if wanted.crop == UNALIGNED != relative.crop:
        return onto['test_cfg']
    if test_cfg.get('mode') != 'slide' or wanted.crop == UNALIGNED:
        return test_cfg
    if wanted.data.whole and not relative.data.whole:
        return {'mode': 'whole'}
    if relative.crop == wanted.crop:
        return test_cfg
    shares = zip(wanted.crop, test_cfg['stride'], test_cfg['crop_size'], strict=True)
    return {**test_cfg, 'crop_size': wanted.crop, 'stride': tuple(crop * step // side for crop, step, side in shares)}


def _without_data(change: dict) -> dict:
    """A change without what it says of a data set."""
    kept = {key: value for key, value in change.items()
            if key not in ('train_pipeline', 'test_pipeline', 'dataset_type', 'data_root', 'crop_size', 'data')}
    batch = {key: value for key, value in change.get('data', {}).items() if key in _BATCH}
    return {**kept, 'data': batch}


def _with_steps(relative: Relative, onto: dict) -> dict:
    """A config whose pipelines differ from its data set's as the relative's do from its own."""
    onto = to_plain(to_node(onto))
    for key, splits in (('train_pipeline', ('train',)), ('test_pipeline', ('val', 'test'))):
        before, after = relative.parts[key], relative.whole[key]
        onto[key] = _steps(before, after, onto[key])
        for split in splits:
            for data_set in dicts_with(onto['data'][split], 'pipeline'):
                data_set['pipeline'] = _steps(before, after, data_set['pipeline'])
    return onto


def _steps(before: list[dict], after: list[dict], onto: list[dict]) -> list[dict]:
    """Do to a pipeline what was done to ``before``: steps taken out, put in, and changed."""
    old, new = ({step['type']: step for step in steps} for steps in (before, after))
    result = [_changed(old[step['type']], new[step['type']], step) if step['type'] in old and step['type'] in new
              else step for step in onto if step['type'] in new or step['type'] not in old]
    for position, step in enumerate(after):
        if step['type'] not in old:
            kinds = [known['type'] for known in result]
            previous = after[position - 1]['type'] if position else None
            result.insert(kinds.index(previous) + 1 if previous in kinds else 0, step)
    return result


def _changed(old: dict, new: dict, step: dict) -> dict:
    result = {key: value for key, value in step.items() if key in new or key not in old or key in _FACTS_OF_DATA}
    for key, value in new.items():
        if key == 'transforms':
            result[key] = _steps(old[key], value, step[key])
        elif key not in _FACTS_OF_DATA and (key not in old or old[key] != value):
            result[key] = value
    return result


def heads(model: dict) -> Iterator[dict]:
    """Whatever tells classes apart in a model's config."""
    return dicts_with(model, 'num_classes', 'type')


def resize(config: dict | list, before: tuple[int, int], crop: tuple[int, int], factor: float = 1.0) -> None:
    """Change a crop wherever it stands in pipelines, and the sizes of images by a factor."""
    for node in dicts_with(config):
        for key, value in node.items():
            if key in ('crop_size', 'size') and value == before:
                node[key] = crop
            elif key == 'img_scale' and isinstance(value, tuple):
                node[key] = tuple(round(side * factor) for side in value)


def lengthen(config: dict, before: int, length: int) -> None:
    """Another length of the run than a config was written for, and what follows it."""
    config['runner']['max_iters'] = length
    for key in ('checkpoint_config', 'evaluation'):
        config[key]['interval'] = length // 10  # as all schedules have it
    steps = config.get('lr_config', {}).get('step')
    if steps is not None:
        share = [step * length // before for step in (steps if isinstance(steps, list) else [steps])]
        config['lr_config']['step'] = share if isinstance(steps, list) else share[0]
