"""The pipelines of 1.x: other names of arguments, and what is done to the batch there is done here per image."""

from collections.abc import Mapping, Sequence
from functools import partial

from mmseg.assembly.augmented_test import SCALES
from mmseg.datasets.builder import PIPELINES

from .preprocessor import Preprocessor
from .section import NO_COUNTERPART, Section, accepted, bare


def train_pipeline(
    steps: Sequence[Mapping], preprocessor: Preprocessor, reduce_zero_label: bool, path: str, lines: list[str],
) -> list[dict]:
    """A pipeline of the training.

    Args:
        steps: that of 1.x.
        preprocessor: what is done to the batch there.
        reduce_zero_label: whether label 0 is ignored and the others count from it.
        path: its dotted key in the config.
        lines: what is told.
    """
    found: list[dict] = []
    for kind, section in Section.each(steps, path, lines):
        if kind == 'LoadAnnotations':
            section.take('reduce_zero_label')
            found += _same(kind, section)
            found[-1] |= dict(reduce_zero_label=True) if reduce_zero_label else {}
        elif kind == 'PackSegInputs':
            found += [*preprocessor.normalize, *preprocessor.train_pad(), dict(type='DefaultFormatBundle'),
                      dict(type='Collect', keys=['img', 'gt_semantic_seg'], **section.take_all('meta_keys'))]
        else:
            found += _step(kind, section)
    return found


def test_pipeline(steps: Sequence[Mapping], preprocessor: Preprocessor, path: str, lines: list[str]) -> list[dict]:
    """A pipeline of the evaluation: one view of each image. Arguments as for :func:`train_pipeline`."""
    loading, inner, view, meta = [], [], dict(img_scale=None, img_ratios=[1.0]), {}
    for kind, section in Section.each(steps, path, lines):
        if kind.startswith('LoadImage'):
            loading += _step(kind, section)
        elif kind == 'LoadAnnotations':  # the data set reads them itself
            section.rest()
        elif kind == 'Resize':
            view = _view(section)
            inner.append(dict(type='Resize', keep_ratio=section.take('keep_ratio', False)))
        elif kind == 'PackSegInputs':
            meta = section.take_all('meta_keys')
        else:
            inner += _step(kind, section)
    transforms = [*inner, dict(type='RandomFlip'), *preprocessor.normalize, *preprocessor.test_pad(),
                  dict(type='ImageToTensor', keys=['img']), dict(type='Collect', keys=['img'], **meta)]
    return [*loading, dict(type='MultiScaleFlipAug', **view, flip=False, transforms=transforms)]


def is_usual_augmentation(steps: Sequence[Mapping]) -> bool:
    """Whether a ``tta_pipeline`` is what ``tools/test.py --aug-test`` does: six scales, each mirrored too."""
    for step in steps:
        if bare(step.get('type')) == 'TestTimeAug':
            options = [option for choice in step.get('transforms', ()) for option in choice]
            scales = [option.get('scale_factor') for option in options if bare(option.get('type')) == 'Resize']
            flips = [(option.get('prob'), option.get('direction', 'horizontal')) for option in options
                     if bare(option.get('type')) == 'RandomFlip']
            return sorted(scales, key=str) == [*SCALES] and sorted(flips) == [(0.0, 'horizontal'), (1.0, 'horizontal')]
    return False


def _step(kind: str, section: Section) -> list[dict]:
    return _STEPS[kind](section) if kind in _STEPS else _same(kind, section)


def _same(kind: str, section: Section) -> list[dict]:
    """A step that has its name here, too, and the names of its arguments."""
    arguments = section.rest()
    if kind not in PIPELINES:
        section.tell('type', f'= {kind!r} {NO_COUNTERPART}: the step is left out')
        return []
    storage = arguments.pop('backend_args', None)
    if storage is not None:
        name = storage.get('backend')
        arguments['file_client_args'] = {**storage, 'backend': 'disk'} if name == 'local' else dict(storage)
    return [accepted(dict(type=kind, **arguments), PIPELINES, section.where('').rstrip('.'), section.lines)]


def _view(section: Section) -> dict:
    """The size of the one view: a scale, or a factor of the image's own."""
    factor = section.take('scale_factor')
    if factor is None:
        return dict(img_scale=_scale(section.take('scale')))
    if isinstance(factor, (tuple, list)):
        section.tell('scale_factor', f'= {factor!r} {NO_COUNTERPART}: a factor for width and height is; left at 1')
        factor = 1
    return dict(img_scale=None, img_ratios=[float(factor)])


def _keep_ratio(section: Section) -> dict:
    """The other default than there."""
    return {} if section.take('keep_ratio', False) else dict(keep_ratio=False)


def _scale(scale: object) -> object:
    return (scale, scale) if isinstance(scale, int) else scale


def _resize(section: Section) -> list[dict]:
    view, keep_ratio = _view(section), _keep_ratio(section)
    if view['img_scale'] is None:
        factor = view['img_ratios'][0]
        return [dict(type='Resize', img_scale=None, ratio_range=(factor, factor), **keep_ratio)]
    return [dict(type='Resize', **view, **keep_ratio)]


def _random_resize(section: Section) -> list[dict]:
    """A ratio of one scale, or long and short edge between those of two."""
    _only_resize(section)
    scale, ratios = section.take('scale'), section.take('ratio_range')
    choice = dict(ratio_range=ratios) if ratios is not None else dict(multiscale_mode='range')
    return [dict(type='Resize', img_scale=_scale(scale), **choice, **_keep_ratio(section))]


def _random_choice_resize(section: Section) -> list[dict]:
    _only_resize(section)
    scales = [_scale(scale) for scale in section.take('scales')]
    return [dict(type='Resize', img_scale=scales, multiscale_mode='value', **_keep_ratio(section))]


def _only_resize(section: Section) -> None:
    kind = bare(section.take('resize_type', 'Resize'))
    if kind != 'Resize':
        section.tell('resize_type', f'= {kind!r} {NO_COUNTERPART}: Resize stands in its place')


def _pad(section: Section) -> list[dict]:
    """1.x names the width first; values for image and labels are two arguments here."""
    size, values = section.take('size'), section.take('pad_val', 0)
    given = {} if size is None else dict(size=tuple(size)[::-1])
    given |= section.take_all('size_divisor')
    if isinstance(values, Mapping):
        return [dict(type='Pad', **given, pad_val=values.get('img', 0), seg_pad_val=values.get('seg', 255))]
    return [dict(type='Pad', **given, pad_val=values, seg_pad_val=255)]


def _flip(section: Section) -> list[dict]:
    prob, direction = section.take('prob'), section.take('direction', 'horizontal')
    if not isinstance(direction, str) or isinstance(prob, (list, tuple)):
        section.tell('direction', f'= {direction!r} with prob {prob!r} {NO_COUNTERPART}: write one RandomFlip for '
                                  'each direction; the first is kept')
        prob = sum(prob) if isinstance(prob, (list, tuple)) else prob
        direction = direction if isinstance(direction, str) else direction[0]
    return [dict(type='RandomFlip', prob=prob, **({} if direction == 'horizontal' else dict(direction=direction)))]


_STEPS = {
    'Resize': _resize,
    'RandomResize': _random_resize,
    'RandomChoiceResize': _random_choice_resize,
    'Pad': _pad,
    'RandomFlip': _flip,
    'LoadImageFromNDArray': partial(_same, 'LoadImageFromFile'),
}
