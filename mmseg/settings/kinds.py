"""What the keys of a config accept: a small vocabulary of checks, which also turn a value into what the code wants."""

import logging
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing import get_all_start_methods
from numbers import Integral, Real

import numpy as np
import torch


class Refused(Exception):
    """A value that means nothing.

    Attributes:
        wish: what to use instead, in words.
        inner: the key inside of the value that is wrong; '' if it is the value itself.
    """

    def __init__(self, wish: str, inner: str = '') -> None:
        super().__init__(wish)
        self.wish, self.inner = wish, inner


@dataclass(frozen=True)
class Kind:
    """What a key accepts, besides None: that always means that it is not set.

    Attributes:
        wish: what to use, in words.
        accepts: whether a value is that.
        turn: makes what the code takes of it.
    """

    wish: str
    accepts: Callable[[object], bool]
    turn: Callable[[object], object] = lambda value: value

    def read(self, value: object) -> object:
        """The value as the code takes it.

        Raises:
            Refused: it means nothing.
        """
        if not self.accepts(value):
            raise Refused(self.wish)
        return self.turn(value)


@dataclass(frozen=True)
class Options:
    """True for the defaults, or a dict of arguments: the code takes a dict, and None for False.

    Attributes:
        wish: what to use, in words.
        arguments: the kind of each argument; if there are none, whoever takes them checks them.
        words: what else is accepted, as it is.
        switch: whether True and False are accepted.
    """

    wish: str
    arguments: Mapping[str, Kind] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    switch: bool = True

    def read(self, value: object) -> dict | str | None:
        """The arguments, a word, or None.

        Raises:
            Refused: it means nothing.
        """
        if self.switch and _is_switch(value):
            return {} if value else None
        if isinstance(value, str) and value in self.words:
            return value
        if not isinstance(value, dict):
            raise Refused(self.wish)
        for name, argument in value.items() if self.arguments else ():
            if name not in self.arguments:
                raise Refused(' and '.join(self.arguments), name)
            if not self.arguments[name].accepts(argument):
                raise Refused(self.arguments[name].wish, name)
        return dict(value)


def one_of(*values: str) -> Kind:
    """One of a few words."""
    return Kind(f'one of {values}', lambda value: isinstance(value, str) and value in values)


def whole(least: int, most: int | None = None, of: str = 'a whole number') -> Kind:
    """A whole number in a range, both ends included."""
    wish = f'{of} from {least} on' if most is None else f'{of}, {least} to {most}'

    def accepts(value: object) -> bool:
        counts = isinstance(value, Integral) and not isinstance(value, bool)
        return counts and least <= value and (most is None or value <= most)

    return Kind(wish, accepts)


def _is_switch(value: object) -> bool:
    return isinstance(value, (bool, np.bool_, Integral)) and value in (0, 1)


def _is_auto(value: object) -> bool:
    return isinstance(value, str) and value == _AUTO


def _is_four(value: object) -> bool:
    return isinstance(value, Integral) and value == 4


def _is_device(value: object) -> bool:
    try:
        torch.device(value)
    except (TypeError, RuntimeError):
        return False
    return True


def _are_hooks(value: object) -> bool:
    return isinstance(value, (list, tuple)) and not any(isinstance(one, (str, list, tuple)) for one in value)


def _is_workflow(value: object) -> bool:
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(
        isinstance(one, (list, tuple)) and len(one) == 2 and one[0] in ('train', 'val')
        and isinstance(one[1], Integral) and one[1] > 0 for one in value)


def _scales_loss(value: object) -> bool:
    if isinstance(value, Real) and not isinstance(value, bool):
        return 0 < value < math.inf
    return value is None or value == 'dynamic' or isinstance(value, dict)


def _is_level(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and isinstance(logging.getLevelName(value), int))


ANYTHING = Kind('anything', lambda value: True)
SWITCH = Kind('True or False', _is_switch, bool)
_AUTO = 'auto'
SWITCH_OR_AUTO = Kind("True, False or 'auto'", lambda value: _is_switch(value) or _is_auto(value),
                      lambda value: value if _is_auto(value) else bool(value))
WINOGRAD = Kind("True, False, 4 or 'auto'", lambda value: SWITCH_OR_AUTO.accepts(value) or _is_four(value),
                lambda value: value if _is_four(value) else SWITCH_OR_AUTO.turn(value))
RECOMPUTE = Kind("True, False or 'convs'", lambda value: _is_switch(value) or value == 'convs',
                 lambda value: bool(value) if _is_switch(value) else value)
SECTION = Kind('dict(...)', lambda value: isinstance(value, dict))
#: A hook, or the section that one is built from.
HOOK = Kind('dict(policy=...)', lambda value: not isinstance(value, (str, int, float, list, tuple)))
HOOKS = Kind('a list, [dict(type=...), ...]', _are_hooks, list)
WORKFLOW = Kind("[('train', 1)] or [('train', n), ('val', m)]", _is_workflow, list)
NUMBERS = Kind('a list of numbers, [0]', lambda value: isinstance(value, (list, tuple, range)) and len(value) > 0, list)
PATH = Kind("a path, 'folder/file'", lambda value: isinstance(value, (str, os.PathLike)), os.fspath)
SECONDS = Kind('a number of seconds, 0 for no limit', lambda value: isinstance(value, Real) and value >= 0)
LEVEL = Kind("'DEBUG', 'INFO', 'WARNING' or 'ERROR'", _is_level)
DEVICE = Kind("'cpu', 'cuda' or 'cuda:0'", _is_device)
_LOSS_SCALE = Kind("a positive number, 'dynamic' or a dict of arguments of torch.amp.GradScaler", _scales_loss)
FP16 = Options('dict(loss_scale=...), or None for none', {
    'loss_scale': _LOSS_SCALE, **dict.fromkeys(('type', 'coalesce', 'bucket_size_mb', 'distributed'), ANYTHING),
}, switch=False)
COMPILE = Options("True, False, 'auto' or a dict of arguments of torch.compile", words=(_AUTO,))
FSDP = Options('True, False or dict(min_params=..., reshard_after_forward=...)',
               {'min_params': whole(0), 'reshard_after_forward': SWITCH})
_HALF = one_of(_AUTO, 'bfloat16', 'float16')
AMP = Options(f'True, False or dict(dtype=...) with {_HALF.wish}', {'dtype': _HALF, 'loss_scale': _LOSS_SCALE})
FEATURE_CACHE = Options('True, False or dict(dir=..., views=...)', {'dir': PATH, 'views': whole(1)})
START_METHOD = Kind(f'one of {", ".join(get_all_start_methods())}', lambda value: value in get_all_start_methods())
