"""Laying one config over another."""

from typing import Any

from mmcv.utils.errors import ConfigKeyError, ConfigTypeError
from mmcv.utils.origins import OfOldType, join_path, origin_of

from .dict import ConfigDict, put

DELETE_KEY = '_delete_'


def merge(base: object, over: object, list_keys: bool = False, where: str = '', path: str = '') -> Any:
    """``over`` on top of ``base``, as a new value: dicts are merged key by key, anything else is replaced.

    A dict with ``_delete_=True`` replaces the one below it.

    Args:
        base: what lies below.
        over: what is laid over it.
        list_keys: let a dict of indices, ``{'2': ...}``, change those elements of a list or tuple.
        where: the origin of ``over``, for messages.
        path: the dotted path of ``over``, for messages and the nodes.

    Raises:
        ConfigTypeError: a dict is laid over something that is none.
        ConfigKeyError: an index outside the list.
    """
    if not isinstance(over, dict) or over.get(DELETE_KEY):
        return without_delete(over)
    if isinstance(base, dict):
        return _merge_dict(base, over, list_keys, path)
    if list_keys and isinstance(base, (list, tuple)):
        return _merge_list(base, over, where, path)
    raise ConfigTypeError(
        f'{where}: {path} is a dict here, but {_short(base)} in what it inherits from: '
        'give it _delete_=True to replace that')


def _merge_dict(base: ConfigDict, over: ConfigDict, list_keys: bool, path: str) -> ConfigDict:
    result = base.copy()
    _mark_old_keys(result, over)
    for key, value in over.items():
        if key == DELETE_KEY:
            continue
        origin = origin_of(over, key)
        if key in base and isinstance(value, dict) and not value.get(DELETE_KEY):
            merged = merge(base[key], value, list_keys, origin, join_path(path, key))
            put(result, key, merged, base._node_origins.get(key))
        else:
            put(result, key, without_delete(value), over._node_origins.get(key))
    return result


def _mark_old_keys(base: ConfigDict, over: ConfigDict) -> None:
    """Where ``over`` changes the type, note of the other keys whose they were."""
    old = base.get('type')
    if old is None or over.get('type', old) == old:
        return
    for key, origin in base._node_origins.items():
        if key != 'type' and origin is not None and not isinstance(origin, OfOldType):
            base._node_origins[key] = OfOldType(origin, old)


def _merge_list(base: list | tuple, over: ConfigDict, where: str, path: str) -> list | tuple:
    items = list(base)
    for key, value in over.items():
        if key == DELETE_KEY:
            continue
        if not str(key).isdecimal():
            raise ConfigTypeError(f'{where}: {path}.{key}: {path} is a list: write an index, 0 to {len(items) - 1}')
        index = int(key)
        if index >= len(items):
            raise ConfigKeyError(f'{where}: {path}.{key}: {path} has {len(items)} elements, counted from 0')
        items[index] = merge(items[index], value, True, where, join_path(path, index))
    return type(base)(items)


def without_delete(value: object) -> Any:
    """A copy without the ``_delete_`` keys that have nothing below them to replace."""
    if isinstance(value, ConfigDict):
        result = value.copy()
        result.pop(DELETE_KEY, None)
        for key, item in result.items():
            dict.__setitem__(result, key, without_delete(item))
        return result
    if type(value) in (list, tuple):
        return type(value)(without_delete(item) for item in value)
    return value


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + '...'
