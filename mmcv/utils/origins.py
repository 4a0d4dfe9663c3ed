"""Where a value of a config was set: the file and line of each key, and the dotted path of the dict that holds it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from .errors import short_path

_PACKAGE = Path(__file__).parents[1]
_HERE = tuple(str(_PACKAGE / folder) + os.sep for folder in ('config', 'utils'))
_OURS = tuple(f'{_PACKAGE.with_name(name)}{os.sep}' for name in ('mmcv', 'mmseg'))


class TrackedDict(dict):
    """What a dict literal becomes while a config file runs: a plain dict plus ``origins``, {key: 'FILE:LINE'}."""

    def __init__(self, items: dict, origins: dict) -> None:
        super().__init__(items)
        self.origins = origins

    def __setitem__(self, key: object, value: object) -> None:
        super().__setitem__(key, value)
        self.origins[key] = caller()

    def update(self, *args: object, **kwargs: object) -> None:
        """Set many keys, with the caller as their origin."""
        items = dict(*args, **kwargs)
        super().update(items)
        self.origins.update(dict.fromkeys(items, caller()))

    def copy(self) -> 'TrackedDict':
        """A shallow copy with origins of its own."""
        return TrackedDict(self, dict(self.origins))

    def __reduce__(self) -> tuple:
        return TrackedDict, (dict(self), dict(self.origins))


class OfOldType(str):
    """'FILE:LINE' of a key that was set beside a ``type`` which a later file has replaced.

    Args:
        origin: the place.
        old: the type that the key was written for.
    """

    __slots__ = ('old',)

    def __new__(cls, origin: str, old: object) -> 'OfOldType':
        made = super().__new__(cls, origin)
        made.old = old
        return made

    def __reduce__(self) -> tuple:
        return OfOldType, (str(self), self.old)


class OfVariable(str):
    """'FILE:LINE' of a top-level key that the config itself makes use of."""

    __slots__ = ()

    def __reduce__(self) -> tuple:
        return OfVariable, (str(self),)


class Node(dict):
    """A dict of a config, which also knows where each of its keys was set and its own dotted path, None at first."""

    __slots__ = ('_node_origins', '_node_path')


def caller() -> str | None:
    """'FILE:LINE' of the code that called into these utilities: the origin of what it sets; None if it is ours."""
    frame = sys._getframe(2)
    while frame.f_back and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    if frame.f_code.co_filename.startswith(_OURS):
        return None
    return f'{frame.f_code.co_filename}:{frame.f_lineno}'


def origins_of(value: object) -> dict:
    """{key: origin} of a dict of a config; empty for anything else."""
    if isinstance(value, TrackedDict):
        return value.origins
    return value._node_origins if isinstance(value, Node) else {}


def path_of(value: object) -> str | None:
    """The dotted path of a dict of a config, '' for the whole; None for anything else."""
    return value._node_path if isinstance(value, Node) else None


def join_path(path: str, key: object) -> str:
    """``model.backbone`` + ``depth``; a number is an index: ``pipeline[2]``."""
    if isinstance(key, int):
        return f'{path}[{key}]'
    return f'{path}.{key}' if path else str(key)


def children(value: object) -> Iterator[tuple]:
    """(key or index, value) of a dict, list or tuple; nothing of anything else."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, (list, tuple)):
        yield from enumerate(value)


def dicts_with(value: object, *keys: str) -> Iterator[dict]:
    """Every dict in a value of a config that has all of these keys, from the outside in."""
    if isinstance(value, dict) and all(key in value for key in keys):
        yield value
    for _, child in children(value):
        yield from dicts_with(child, *keys)


def origin_of(node: object, key: object) -> str | None:
    """'FILE:LINE' or '--cfg-options' of a key of a node; None where it is unknown, as in a plain dict."""
    origin = origins_of(node).get(key)
    if origin is None or ':' not in origin:
        return origin
    path, line = origin.rsplit(':', 1)
    return f'{short_path(path)}:{line}'


def nearest_origin(root: object, path: str) -> str | None:
    """The origin of a dotted path, with indices as ``pipeline.2`` or ``pipeline[2]``; else of what would hold it.

    Raises:
        KeyError: not even its first part is in ``root``.
    """
    value, origin, rest = root, None, path.replace('[', '.').replace(']', '').split('.')
    while rest:
        items = {str(k): (k, item) for k, item in children(value)}
        # A key may have dots itself, as those of paramwise_cfg.custom_keys.
        count = next((n for n in range(1, len(rest) + 1) if '.'.join(rest[:n]) in items), None)
        if count is None:
            break
        name, item = items['.'.join(rest[:count])]
        origin = origin_of(value, name) or origin
        value, rest = item, rest[count:]
    if value is root:
        raise KeyError(rest[0])
    return origin


def replaced_type(node: object, key: object) -> str | None:
    """The name of the type that a key was written for, where another one has taken its place since; else None."""
    origin = origins_of(node).get(key)
    if not isinstance(origin, OfOldType):
        return None
    return origin.old.__name__ if isinstance(origin.old, type) else str(origin.old)


def locate(node: dict, key: object = None) -> str:
    """``'configs/x.py:12: model.decode_head.pool_scale'``: as much of it as is known; for a node itself without key."""
    path = path_of(node) or ''
    name = path if key is None else join_path(path, key)
    if key is None:
        key = next((one for one in ('type', *node, *origins_of(node)) if origin_of(node, one)), None)
    origin = origin_of(node, key)
    return ': '.join(part for part in (origin, name) if part)
