"""What the keys of speed that say 'auto' become: by a measurement of this machine, or as a resumed run had them."""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product

from mmcv import dist
from mmcv.amp import native_half
from mmcv.ops.choice import Choice, described, fastest
from mmcv.ops.measurement import FIXED, Way
from mmseg.logger import get_root_logger
from mmseg.settings import Settings

_AUTO = 'auto'


def decided(
    settings: Settings, training: bool, before: Callable[[], Mapping[str, object]] | None = None,
    together: bool = False,
) -> Settings:
    """The settings with a value for each of ``channels_last``, ``winograd`` and ``amp.dtype`` that says 'auto'.

    On a CPU it is what was measured to be fastest, see :mod:`mmcv.ops.choice`. On a GPU a half type is, and
    channels_last with it. The config itself goes on saying 'auto'.

    Args:
        settings: those of a config.
        training: whether the model is to be trained; larger tiles of Winograd's are for inference only.
        before: gives what :func:`facts` told of the run that is resumed, {} if it is older than that. Its choice holds:
            a measurement may end otherwise, and the bits with it.
        together: whether this is one of several processes that have to do the same: the first one chooses.
    """
    if not _asks(settings):
        return settings
    choice = _choice(settings, training, before and before()) if dist.is_main() or not together else None
    way, why = dist.broadcast_object(choice) if together else choice
    _say(f'{described(way)}: {why}')
    return _with(settings, way)


def facts(settings: Settings) -> dict[str, object]:
    """What settings without 'auto' say of the way to convolve, for the checkpoints of a run."""
    return {'device': settings.device.type, **_asked(settings, _fixed(settings))._asdict()}


def _asks(settings: Settings) -> bool:
    return _AUTO in (settings.channels_last, settings.winograd, _half(settings))


def _half(settings: Settings) -> str | None:
    return None if settings.amp is None else settings.amp.get('dtype', 'bfloat16')


def _asked(settings: Settings, fixed: Way) -> Way:
    """What the keys say, 'auto' among it, and what is fixed where they say nothing."""
    said = settings.channels_last, settings.winograd
    return Way(*(usual if value is None else value for value, usual in zip(said, fixed)), _half(settings))


def _fixed(settings: Settings) -> Way:
    """What a config runs in that says nothing."""
    return FIXED if settings.device.type == 'cpu' else Way()


def _with(settings: Settings, way: Way) -> Settings:
    amp, layout, fixed = settings.amp, settings.channels_last, _fixed(settings)
    if _half(settings) == _AUTO:
        amp = None if way.half is None else {**settings.amp, 'dtype': way.half}
    if layout == _AUTO:  # what is fixed is left unsaid, and the very same then
        layout = None if (way.channels_last, way.half) == (fixed.channels_last, None) else way.channels_last
    return replace(settings, channels_last=layout, winograd=way.winograd, amp=amp)


def _choice(settings: Settings, training: bool, before: Mapping[str, object] | None) -> Choice:
    kind, fixed = settings.device.type, _fixed(settings)
    asked = _asked(settings, fixed)
    if before is not None and before.get('device', kind) == kind:
        known = {name: before[name] for name in Way._fields if name in before}
        return Choice(_answered(asked, _by_rule(settings)._replace(**known)), 'as the run that is resumed')
    if kind != 'cpu':
        return Choice(_answered(asked, _by_rule(settings)), f'by rule, on {kind}')
    known = asked._replace(winograd=True) if training and asked.winograd == 4 else asked  # which inference alone takes
    choice = fastest('training' if training else 'inference', list(_allowed(known)), _answered(known, fixed))
    return choice._replace(way=_answered(asked, choice.way))


def _by_rule(settings: Settings) -> Way:
    """What is not measured: GPUs, and what runs did before there was a measurement."""
    half = native_half(settings.device.type) if _half(settings) == _AUTO else _half(settings)
    return Way(settings.device.type == 'cuda' and (half or settings.fp16) is not None, True, half)


def _answered(asked: Way, answers: Way) -> Way:
    return Way(*(answer if value == _AUTO else value for value, answer in zip(asked, answers)))


def _allowed(asked: Way) -> Iterator[Way]:
    values = Way((False, True), (True, False, 4), (None, 'bfloat16'))
    yield from map(Way._make, product(*(
        several if value == _AUTO else (value,) for value, several in zip(asked, values))))


@functools.cache
def _say(line: str) -> None:
    """Once, although a model passes here several times on its way."""
    get_root_logger().info(f'Speed: {line}')
