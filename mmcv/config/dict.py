"""A dict with attribute access whose every key remembers where it was set."""

from typing import Any

from mmcv.utils.errors import did_you_mean
from mmcv.utils.origins import Node, caller, children, join_path, origins_of, path_of


class ConfigDict(Node):
    """A dict whose keys can be read and set as attributes.

    Dicts that are put in become ConfigDict themselves, also inside lists and tuples. A missing attribute is an
    AttributeError that names the nearest key. A key that is named like a method of dict (``items``) is reached by
    ``cfg['items']`` only.
    """

    __slots__ = ()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__()
        source = args[0] if args else {}
        self._init_node({**origins_of(source)}, None)
        for key, value in dict(*args, **kwargs).items():
            dict.__setitem__(self, key, to_node(value))

    def _init_node(self, origins: dict, path: str | None) -> None:
        object.__setattr__(self, '_node_origins', origins)
        object.__setattr__(self, '_node_path', path)

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            hint = '' if name.startswith('__') else did_you_mean(name, self)
            raise AttributeError(f'{type(self).__name__!r} object has no attribute {name!r}{hint}') from None

    def __setattr__(self, name: str, value: object) -> None:
        if hasattr(type(self), name):
            raise AttributeError(f"{name!r} is a method of {type(self).__name__}: write cfg['{name}'] = ... instead")
        self[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self:
            raise AttributeError(f'{type(self).__name__!r} object has no attribute {name!r}{did_you_mean(name, self)}')
        del self[name]

    def __setitem__(self, key: object, value: object) -> None:
        origin = caller()
        value = _adopt(value, origin)
        put(self, key, value, origin)
        if self._node_path is not None:
            place(value, join_path(self._node_path, key), keep=True)

    def setdefault(self, key: object, default: object = None) -> Any:
        """The value of a key, which is set to ``default`` first where it is missing."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *args: object, **kwargs: object) -> None:
        """Set many keys. Where the old and the new value are both dicts, the new one is merged into the old."""
        for key, value in dict(*args, **kwargs).items():
            if isinstance(value, dict) and isinstance(self.get(key), ConfigDict):
                self[key].update(value)
            else:
                self[key] = value

    def __or__(self, other: dict) -> 'ConfigDict':
        if not isinstance(other, dict):
            return NotImplemented
        result = self.copy()
        result.update(other)
        return result

    def __ior__(self, other: dict) -> 'ConfigDict':
        self.update(other)
        return self

    def copy(self) -> 'ConfigDict':
        """A shallow copy; origins and place in the config go with it."""
        return rebuild_node(type(self), dict(self), self._node_origins, self._node_path)

    def to_dict(self) -> dict:
        """The same content as plain dicts, lists and tuples."""
        return to_plain(self)

    def __reduce__(self) -> tuple:
        return rebuild_node, (type(self), dict(self), dict(self._node_origins), self._node_path)


class HoldsConfig:
    """What holds a whole config; as a value of another one it stands for its keys."""

    _cfg_dict: ConfigDict


def rebuild_node(cls: type, items: dict, origins: dict, path: str | None) -> ConfigDict:
    """A dict of its parts: items, the origin of each, and its place in the config."""
    node = cls.__new__(cls)
    dict.update(node, items)
    node._init_node(dict(origins), path)
    return node


def put(node: ConfigDict, key: object, value: object, origin: str | None) -> None:
    """Set a key of which the origin is known."""
    dict.__setitem__(node, key, value)
    node._node_origins[key] = origin


def to_plain(value: object) -> Any:
    """The same value with plain dicts in place of ConfigDict."""
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(to_plain(item) for item in value)
    return value


def to_node(value: object, origin: str | None = None) -> Any:
    """A copy of a value in which every dict is a ConfigDict.

    Nothing in it is shared any more, so that a ``norm_cfg`` that was used twice can be changed in one place. Keys of
    unknown origin get ``origin``, which is that of the key that holds them.
    """
    value = value._cfg_dict if isinstance(value, HoldsConfig) else value
    if isinstance(value, dict):
        known, items, origins = origins_of(value), {}, {}
        for key, item in value.items():
            origins[key] = known.get(key, origin)
            items[key] = to_node(item, origins[key])
        return rebuild_node(ConfigDict, items, origins, path_of(value))
    if type(value) in (list, tuple):
        return type(value)(to_node(item, origin) for item in value)
    return value


def _adopt(value: object, origin: str) -> Any:
    """``value`` itself if it holds no plain dict, so that ``cfg.hooks = hooks = []`` stays one list; else a copy."""
    if isinstance(value, ConfigDict):
        return value
    if type(value) in (list, tuple):
        items = [_adopt(item, origin) for item in value]
        return value if all(a is b for a, b in zip(items, value)) else type(value)(items)
    return to_node(value, origin)


def place(value: object, path: str, keep: bool = False) -> None:
    """Tell every dict in a value its dotted path; with ``keep`` not those that have one already."""
    if isinstance(value, ConfigDict):
        if keep and value._node_path is not None:
            return
        object.__setattr__(value, '_node_path', path)
    for key, item in children(value):
        place(item, join_path(path, key), keep)
