"""Pipelines of ours as those of 1.x: the way back of :mod:`.pipeline`."""

from collections.abc import Mapping, Sequence

from .section import Section

#: Steps that have one name, and the same arguments, on both sides.
_BOTH = ('LoadImageFromFile', 'LoadAnnotations', 'RandomCrop', 'PhotoMetricDistortion', 'RandomRotate', 'RandomCutOut',
         'CLAHE', 'AdjustGamma', 'RGB2Gray', 'Rerange', 'SegRescale', 'ResizeToMultiple', 'Albu')


class OurSection(Section):
    """A section of a config of ours that becomes one of 1.x."""

    missing = 'has no counterpart in 1.x'


def train_steps(steps: Sequence[Mapping], images: dict, path: str, lines: list[str]) -> list[dict]:
    """A pipeline of the training; ``images`` gets what is done to the batch there."""
    found: list[dict] = []
    for kind, section in OurSection.each(steps, path, lines):
        found += _step(kind, section, images)
    return found


def test_steps(steps: Sequence[Mapping], images: dict, reduce: bool, path: str, lines: list[str]) -> list[dict]:
    """A pipeline of the evaluation, which loads the labels itself; ``images`` as for :func:`train_steps`."""
    found: list[dict] = []
    for kind, section in OurSection.each(steps, path, lines):
        found += _view(section, images) if kind == 'MultiScaleFlipAug' else _step(kind, section, images)
    labels = dict(type='LoadAnnotations', **(dict(reduce_zero_label=True) if reduce else {}))
    return [*found[:-1], labels, found[-1]] if found and found[-1]['type'] == 'PackSegInputs' else found


def _view(section: OurSection, images: dict) -> list[dict]:
    """One view: what is done at several scales, or mirrored, is another pipeline there."""
    scale, ratios = section.take('img_scale'), section.take('img_ratios')
    if section.take('flip', False) or _several(scale) or (isinstance(ratios, (list, tuple)) and len(ratios) > 1):
        section.tell('type', '= MultiScaleFlipAug with several views is a tta_pipeline there: one view is kept')
    section.take('flip_direction')
    scale = scale[0] if isinstance(scale, list) else scale
    ratio = ratios[0] if isinstance(ratios, (list, tuple)) else ratios
    found: list[dict] = []
    for kind, inner in OurSection.each(section.take('transforms', []), section.where('transforms'), section.lines):
        if kind == 'Resize':
            keep_ratio = inner.take('keep_ratio', True)
            size = dict(scale_factor=ratio) if scale is None else dict(scale=scale)
            found += [] if size == dict(scale_factor=1.0) else [dict(type='Resize', **size, keep_ratio=keep_ratio)]
        elif kind == 'Pad' and 'normalize' in images:
            images['test'] = inner.take_all('size', 'size_divisor')
            inner.rest()
        elif kind == 'RandomFlip' and not inner.has('prob'):
            inner.rest()
        else:
            found += _step(kind, inner, images)
    return found


def _several(scale: object) -> bool:
    return isinstance(scale, list) and len(scale) > 1


def _step(kind: str, section: OurSection, images: dict) -> list[dict]:
    if kind in ('DefaultFormatBundle', 'ImageToTensor'):
        section.rest()
        return []
    if kind == 'Collect':
        section.take('keys')
        return [dict(type='PackSegInputs', **section.take_all('meta_keys'))]
    if kind == 'Normalize':
        images['normalize'] = dict(mean=section.take('mean'), std=section.take('std'),
                                   bgr_to_rgb=section.take('to_rgb', True))
        return []
    if kind == 'Pad':
        return _pad(section, images)
    if 'normalize' in images and kind in (*_BOTH, 'Resize', 'RandomFlip') and not kind.startswith('Load'):
        section.tell('type', f'= {kind!r} comes behind Normalize, and before it there')
    if kind == 'Resize':
        return _resize(section)
    if kind == 'RandomFlip':
        return [dict(type=kind, prob=section.take('prob', section.take('flip_ratio')), **section.take_all('direction'))]
    if kind not in _BOTH:
        section.tell('type', f'= {kind!r} {section.missing}: the step is left out')
        section.rest()
        return []
    return [dict(type=kind, **_stored(section))]


def _stored(section: OurSection) -> dict:
    arguments = section.rest()
    storage = arguments.pop('file_client_args', None)
    if storage is not None:
        arguments['backend_args'] = {**storage, 'backend': 'local'} if storage.get('backend') == 'disk' else storage
    return arguments


def _pad(section: OurSection, images: dict) -> list[dict]:
    """Behind Normalize it is the batch's; before it a step, which names the width first."""
    size = section.take_all('size', 'size_divisor')
    values = dict(pad_val=section.take('pad_val', 0), seg_pad_val=section.take('seg_pad_val', 255))
    if 'normalize' in images and 'pad' not in images:
        images['pad'] = {**size, **values}
        return []
    if size.get('size') is not None:
        size['size'] = tuple(size['size'])[::-1]
    return [dict(type='Pad', **size, pad_val=dict(img=values['pad_val'], seg=values['seg_pad_val']))]


def _resize(section: OurSection) -> list[dict]:
    scale, ratios, mode = section.take('img_scale'), section.take('ratio_range'), section.take('multiscale_mode')
    keep_ratio = section.take('keep_ratio', True)
    if isinstance(scale, list) and len(scale) == 1:
        scale = scale[0]
    if scale is None and ratios is not None and ratios[0] == ratios[1]:
        return [dict(type='Resize', scale_factor=ratios[0], keep_ratio=keep_ratio)]
    if scale is None:
        section.tell('img_scale', f'= None {section.missing}: the step is left out')
        return []
    if ratios is not None:
        return [dict(type='RandomResize', scale=scale, ratio_range=ratios, keep_ratio=keep_ratio)]
    if not _several(scale):
        return [dict(type='Resize', scale=scale, keep_ratio=keep_ratio)]
    if mode == 'value':
        return [dict(type='RandomChoiceResize', scales=scale, keep_ratio=keep_ratio)]
    return [dict(type='RandomResize', scale=scale, keep_ratio=keep_ratio)]
