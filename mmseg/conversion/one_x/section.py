"""A section of a config that is being converted, which knows what nobody has taken over yet."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from mmcv.utils import Registry
from mmcv.utils.arguments import Parameters

NO_COUNTERPART = 'has no counterpart here'


class Section:
    """A dict of a config; every part of it is taken, passed over knowingly, or told of at the end.

    Args:
        values: the dict; None is an empty one.
        path: its dotted key in the config; '' is the top level.
        lines: what is told, one line for each thing.

    Attributes:
        missing: what is said of a thing that the other side has not.
    """

    missing = NO_COUNTERPART

    def __init__(self, values: Mapping | None, path: str, lines: list[str]) -> None:
        self._left = dict(values or {})
        self._path, self.lines = path, lines

    def has(self, key: str) -> bool:
        """Whether a key is there and not taken yet."""
        return key in self._left

    def __bool__(self) -> bool:
        return bool(self._left)

    def where(self, key: str) -> str:
        """The dotted path of a key."""
        return f'{self._path}.{key}' if self._path else key

    def take(self, key: str, default: object = None) -> Any:
        """The value of a key, which then counts as converted."""
        return self._left.pop(key, default)

    def take_all(self, *keys: str) -> dict[str, Any]:
        """Those of the keys that are there, for what has the same name here."""
        return {key: self._left.pop(key) for key in keys if key in self._left}

    def rest(self) -> dict[str, Any]:
        """All that is left, for what is the same here."""
        return self.take_all(*list(self._left))

    def section(self, key: str) -> 'Section':
        """The dict under a key; an empty one where there is none."""
        value = self.take(key)
        if value is not None and not isinstance(value, Mapping):
            self.tell(key, f'is {value!r}, no dict, and is left out')
            value = None
        return type(self)(value, self.where(key), self.lines)

    @classmethod
    def each(cls, values: Iterable[Mapping], path: str, lines: list[str]) -> Iterator[tuple[str, 'Section']]:
        """Of each dict of a list the type, as :func:`bare`, and the rest, which is closed before the next one."""
        for index, value in enumerate(values):
            section = cls(value, f'{path}.{index}', lines)
            yield bare(section.take('type')), section
            section.close()

    def expect(self, **values: object) -> None:
        """Pass over keys that say what holds here anyway; those that say something else are told of at the end."""
        for key, value in values.items():
            if key in self._left and self._left[key] == value:
                del self._left[key]

    def tell(self, key: str, what: str) -> None:
        """One line on a key."""
        self.lines.append(f'{self.where(key)} {what}')

    def close(self) -> None:
        """Tell of all that is left, unless it is None: that sets nothing."""
        for key, value in self._left.items():
            if value is not None:
                self.tell(key, f'= {_brief(value)} {self.missing}')
        self._left.clear()


def bare(kind: object) -> str:
    """The name of a type without the package that it is looked up in."""
    return str(kind).rpartition('.')[2]


def on_parts(value: object, path: str, change: Callable[[dict, str], dict]) -> object:
    """A value of a config, each dict of which that has a type is what ``change`` makes of it, from the inside out.

    Args:
        value: the value.
        path: its dotted key.
        change: of a dict, which is a copy, and its dotted key.
    """
    if isinstance(value, dict):
        found = {key: on_parts(item, f'{path}.{key}', change) for key, item in value.items()}
        return change(found, path) if isinstance(found.get('type'), str) else found
    if isinstance(value, (list, tuple)):
        return type(value)(on_parts(item, f'{path}.{index}', change) for index, item in enumerate(value))
    return value


def accepted(cfg: dict, registry: Registry, path: str, lines: list[str], further: Collection[str] = ()) -> dict:
    """The config of a part without the arguments that ours does not take, each of which is told of.

    Args:
        cfg: the config, whose type is in the registry.
        registry: what it is built from.
        path: its dotted key.
        lines: what is told.
        further: arguments that the part does not see itself.
    """
    taken, found = Parameters(registry.get(cfg['type'])), {}
    for key, value in cfg.items():
        if key == 'type' or key in further or taken.accept(key):
            found[key] = value
        elif value is not None:
            lines.append(f'{path}.{key} = {_brief(value)} {NO_COUNTERPART}: {cfg["type"]} takes no such argument')
    return found


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f'{text[:57]}...'
