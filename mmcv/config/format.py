"""Writing a config as text that reads back as an equal one."""

import json
import keyword
import math
import re
import sys
from collections.abc import Iterable
from pathlib import PurePath

import numpy as np

from mmcv.utils.errors import ConfigTypeError
from mmcv.utils.origins import OfVariable, children, join_path, nearest_origin, origins_of

from .data import TUPLE_TAG, import_yaml, read_exponents
from .dict import to_plain
from .file import contains_reference

_WIDTH = 100
# Names that the text itself uses: keys of these names are set last.
_USED = ('dict', 'float', 'globals', 'set', 'frozenset', 'range', 'slice')


def format_python(config: dict) -> str:
    """A Python config. Numpy scalars become Python's; classes, functions and paths are written by reference.

    Raises:
        ConfigTypeError: a value that has no such text, say a lambda; the message names its key.
    """
    writer = _PythonWriter(config)
    plain = {key: value for key, value in config.items() if _is_name(key) and key not in _USED}
    odd = {key: value for key, value in config.items() if key not in plain}
    lines = [f'{key} = {writer.write(value, key, len(key) + 3)}' for key, value in plain.items()]
    if odd:
        lines.append(f'globals().update({writer.write(odd, "", 17, braces=True)})')
    if used := [key for key in plain if isinstance(origins_of(config).get(key), OfVariable)]:
        lines.append(', '.join(used))  # a use again for who reads the text
    imports = [f'import {module} as {alias}' for module, alias in writer.modules.items()]
    return '\n'.join([*imports, *lines]) + '\n'


def _is_name(key: object) -> bool:
    # Python would normalise other than ASCII names.
    return isinstance(key, str) and key.isascii() and key.isidentifier() and not keyword.iskeyword(key)


class _PythonWriter:
    """Writes values as expressions, and notes what these need to be imported."""

    def __init__(self, config: dict) -> None:
        self.config = config
        self.modules: dict[str, str] = {}  # to be imported, with their aliases

    def write(self, value: object, path: str, column: int, indent: int = 0, braces: bool = False) -> str:
        """The expression of a value. It starts at ``column``; its further lines are indented by ``indent``."""
        if not isinstance(value, (dict, list, tuple)):
            return self._atom(value, path)
        return self._layout(value, path, column, indent, braces)

    def _layout(self, value: dict | list | tuple, path: str, column: int, indent: int, braces: bool) -> str:
        """All in one line if that fits, else one line per item."""
        opening, closing, prefixes = _brackets(value, braces)
        items = list(children(value))

        def write_items(first_column: int, inner: int) -> list[str]:
            return [prefix + self.write(item, join_path(path, key), first_column + len(prefix), inner)
                    for prefix, (key, item) in zip(prefixes, items)]

        flat = ', '.join(write_items(-10**9, indent))
        comma = ',' if isinstance(value, tuple) and len(items) == 1 else ''
        flat = f'{opening}{flat}{comma}{closing}'
        if column + len(flat) < _WIDTH:  # a comma may follow
            return flat
        pad = ' ' * (indent + 4)
        lines = [f'{pad}{text},\n' for text in write_items(indent + 4, indent + 4)]
        return f'{opening}\n{"".join(lines)}{" " * indent}{closing}'

    def _atom(self, value: object, path: str) -> str:
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, str):
            return _write_string(str(value))
        if isinstance(value, float):
            return float.__repr__(value) if math.isfinite(value) else f"float('{float.__repr__(value)}')"
        if isinstance(value, int) and not isinstance(value, bool):
            return int.__repr__(value)
        if value is None or value is ... or isinstance(value, (bool, bytes, complex, range, slice)):
            return repr(value)
        if type(value) in (set, frozenset):
            return f'{type(value).__name__}({self.write(sorted(value, key=repr), path, -10**9)})'
        if isinstance(value, np.ndarray):
            items = self.write(value.tolist(), path, -10**9)
            return f"{self._alias('numpy')}.array({items}, {value.dtype.str!r})"
        if isinstance(value, PurePath):
            return f'{self._alias("pathlib")}.{value!r}'
        return self._by_reference(value, path)

    def _by_reference(self, value: object, path: str) -> str:
        module, name = getattr(value, '__module__', None), getattr(value, '__qualname__', '')
        found = sys.modules.get(module)
        for part in name.split('.'):
            found = getattr(found, part, None)
        if found is not value or module == '__main__':
            where, helper = nearest_origin(self.config, path), re.split('[.[]', path)[0]
            raise ConfigTypeError(
                f'{where + ": " if where else ""}{path}: {value!r} cannot be written to a config: name a registered '
                f'type instead, or end the config with `del {helper}` if that is a helper of yours')
        return name if module == 'builtins' else f'{self._alias(module)}.{name}'

    def _alias(self, module: str) -> str:
        return self.modules.setdefault(module, '_' + module.replace('.', '_'))


def _brackets(value: dict | list | tuple, braces: bool) -> tuple[str, str, Iterable[str]]:
    """Opening, closing, and what stands before each item."""
    if isinstance(value, list):
        return '[', ']', [''] * len(value)
    if isinstance(value, tuple):
        return '(', ')', [''] * len(value)
    if not braces and all(map(_is_name, value)):
        return 'dict(', ')', [f'{key}=' for key in value]
    return '{', '}', [f'{_write_string(key) if isinstance(key, str) else repr(key)}: ' for key in value]


def _write_string(text: str) -> str:
    """Like repr; braces that would be read as a reference are kept apart."""
    result = repr(text)
    return result.replace('{{', f'{{{result[0]} {result[0]}{{') if contains_reference(text) else result


def format_json(config: dict) -> str:
    """A JSON config; tuples become lists and keys strings, for JSON has no others.

    Raises:
        ConfigTypeError: a value that JSON has no word for.
    """

    def default(value: object) -> object:
        if isinstance(value, np.generic):
            return value.item()
        raise ConfigTypeError(f'{value!r} cannot be written to a JSON config: write a .py one')

    text = json.dumps(config, indent=4, ensure_ascii=False, default=default) + '\n'
    return text.replace('{{', '{\\u007b') if contains_reference(text) else text


def format_yaml(config: dict) -> str:
    """A YAML config; tuples carry a tag that keeps them tuples.

    Raises:
        ConfigTypeError: a value that YAML has no word for.
        ConfigImportError: PyYAML is not installed.
    """
    yaml = import_yaml()

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    read_exponents(Dumper)  # so that the text '1e-3' is quoted
    Dumper.add_representer(tuple, lambda dumper, value: dumper.represent_sequence(TUPLE_TAG, value))
    Dumper.add_multi_representer(np.generic, lambda dumper, value: dumper.represent_data(value.item()))
    try:
        return yaml.dump(to_plain(config), Dumper=Dumper, sort_keys=False, allow_unicode=True)
    except yaml.representer.RepresenterError as error:
        raise ConfigTypeError(f'{error.args[-1]!r} cannot be written to a YAML config: write a .py one') from error
