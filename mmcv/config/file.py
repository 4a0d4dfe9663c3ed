"""Reading a config file: Python, JSON or YAML, the files it inherits from, and its ``{{ }}`` references."""

import copy
import os
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mmcv.utils.errors import ConfigError, ConfigFileNotFoundError, ConfigKeyError, did_you_mean, one_line, short_path
from mmcv.utils.origins import OfVariable, TrackedDict, children, origin_of, origins_of

from .data import parse_json, parse_yaml
from .dict import ConfigDict, put, to_node
from .merge import merge
from .python import run_python

BASE_KEY = '_base_'
DEPRECATION_KEY = '_deprecation_'
RESERVED_KEYS = ('filename', 'text', 'pretty_text')
SUFFIXES = ('.py', '.json', '.yaml', '.yml')
_VARIABLES: dict[str, Callable[[Path], str]] = {
    'fileDirname': lambda path: str(path.parent),
    'fileBasename': lambda path: path.name,
    'fileBasenameNoExtension': lambda path: path.stem,
    'fileExtname': lambda path: path.suffix,
}
_REFERENCE = re.compile(r'\{\{\s*(_base_\.[\w.-]+|' + '|'.join(_VARIABLES) + r')\s*\}\}')
_MARK = re.compile(r'_config_reference_(\d+)_')


def contains_reference(text: str) -> bool:
    """Whether a config file would take a part of this text for a ``{{ }}`` reference."""
    return _REFERENCE.search(text) is not None


def read_config(path: str | os.PathLike, use_variables: bool = True, _chain: tuple = ()) -> tuple[ConfigDict, str]:
    """Read a config file and all that it inherits from.

    Args:
        path: the file.
        use_variables: replace ``{{ fileDirname }}`` and its like.

    Returns:
        The resolved config, and the texts of the files it came from, bases first.

    Raises:
        ConfigError: a missing file, a syntax or run-time error in one, bases that inherit from each other or set the
            same key, a reference to nothing, a reserved key; in one line with file and line.
    """
    path = Path(os.path.abspath(Path(path).expanduser()))
    if not path.is_file():
        raise ConfigFileNotFoundError(f'{short_path(path)}: no such config file')
    try:
        text = path.read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise ConfigError(f'{short_path(path)}: not UTF-8 text ({one_line(error)})') from error
    return read_config_text(text, path, path.suffix, use_variables, _chain)


def read_config_text(
    text: str, path: Path, suffix: str, use_variables: bool = True, _chain: tuple = (),
) -> tuple[ConfigDict, str]:
    """Like :func:`read_config`, of a text.

    Args:
        text: what would be in the file.
        path: names it, and is what its bases are relative to.
        suffix: '.py', '.json', '.yaml' or '.yml'.
        use_variables: replace ``{{ fileDirname }}`` and its like.
    """
    if suffix not in SUFFIXES:
        raise ConfigError(f'{short_path(path)}: a config is a {", ".join(SUFFIXES)} file')
    source = _Source(text, path, (*_chain, path), use_variables)
    own = source.run_python() if suffix == '.py' else source.parse_data(suffix)
    bases, texts = source.load_bases(own.pop(BASE_KEY, ()))
    for key in RESERVED_KEYS:
        if key in own:
            raise ConfigKeyError(f'{origin_of(own, key)}: {key} is reserved: Config has an attribute of that name')
    if DEPRECATION_KEY in own:
        advice = own.pop(DEPRECATION_KEY)
        reference = f' (see {advice["reference"]})' if 'reference' in advice else ''
        warnings.warn(f'{short_path(path)} is deprecated: use {advice["expected"]}{reference}', stacklevel=2)
    return merge(bases, to_node(own)), '\n'.join([*texts, f'{path}\n{text}'])


class _Source:
    """A config's text while it is read: its references and its bases."""

    def __init__(self, text: str, path: Path, chain: tuple[Path, ...], use_variables: bool) -> None:
        self.path, self.chain, self.use_variables = path, chain, use_variables
        self.references: list[tuple[str, int]] = []  # expression and line
        self.text = _REFERENCE.sub(self._mark, text)
        base_key = re.search(rf'^\s*["\']?{BASE_KEY}["\']?\s*[:=]', text, re.MULTILINE)
        self.base_where = f'{short_path(path)}:{self._line(text, base_key.end() if base_key else 0)}: {BASE_KEY}'
        self._bases: tuple[list, tuple[ConfigDict, list[str]]] | None = None

    @staticmethod
    def _line(text: str, position: int) -> int:
        return text.count('\n', 0, position) + 1

    def _mark(self, match: re.Match) -> str:
        """Put a mark in place of a reference: a valid name in Python, a valid word in YAML and in any string."""
        if match[1] in _VARIABLES and not self.use_variables:
            return match[0]
        self.references.append((match[1], self._line(match.string, match.start())))
        return f'_config_reference_{len(self.references) - 1}_' + '\n' * match[0].count('\n')

    def run_python(self) -> TrackedDict:
        return run_python(self.text, self.path, _MARK.search, self._expand)

    def parse_data(self, suffix: str) -> TrackedDict:
        if suffix == '.json':  # a mark outside a string becomes a string
            pattern = rf'"(?:\\.|[^"\\])*"|{_MARK.pattern}'
            text = re.sub(pattern, lambda m: m[0] if m[0][0] == '"' else f'"{m[0]}"', self.text)
            value = parse_json(text, self.path)
        else:
            value = parse_yaml(self.text, self.path)
        if not isinstance(value, TrackedDict):
            raise ConfigError(f'{short_path(self.path)}: a config maps keys to values, {type(value).__name__} does not')
        base_names = self._expand_all(value.get(BASE_KEY, ()), tuple)
        return self._expand_all(value, lambda: base_names)

    def _expand_all(self, value: object, base_names: Callable[[], object]) -> Any:
        if isinstance(value, str):
            return self._expand(value, base_names)
        if isinstance(value, TrackedDict):
            names = {key: self._expand_all(key, base_names) for key in value}
            items = {names[key]: self._expand_all(item, base_names) for key, item in value.items()}
            return TrackedDict(items, {names[key]: origin for key, origin in origins_of(value).items()})
        if isinstance(value, (list, tuple)):
            return type(value)(self._expand_all(item, base_names) for item in value)
        return value

    def _expand(self, marked: str, base_names: Callable[[], object]) -> Any:
        """The value of a text with marks: of any type if it is nothing but one mark, else a string."""
        if whole := _MARK.fullmatch(marked):
            return self._value(int(whole[1]), base_names)
        return _MARK.sub(lambda match: str(self._value(int(match[1]), base_names)), marked)

    def _value(self, index: int, base_names: Callable[[], object]) -> Any:
        expression, line = self.references[index]
        if expression in _VARIABLES:
            return _VARIABLES[expression](self.path)
        value, _ = self.load_bases(base_names())
        first = expression.split('.')[1]
        if first in value:
            value._node_origins[first] = OfVariable(value._node_origins[first])
        for key in expression.split('.')[1:]:
            items = {str(k): item for k, item in children(value)}
            if key not in items:
                where = f'{short_path(self.path)}:{line}: {expression}'
                raise ConfigKeyError(f'{where}: no {key} in what this inherits from{did_you_mean(key, items)}')
            value = items[key]
        return copy.deepcopy(value)

    def load_bases(self, names: str | list | tuple) -> tuple[ConfigDict, list[str]]:
        """All bases in one config, and their texts. Read once, unless ``_base_`` was changed since."""
        names = [names] if isinstance(names, str) else names
        if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
            raise ConfigError(f'{self.base_where}: has to be a path or a list of paths, not {names!r}')
        if self._bases is None or self._bases[0] != list(names):
            self._bases = list(names), self._read_bases(names)
        return self._bases[1]

    def _read_bases(self, names: list | tuple) -> tuple[ConfigDict, list[str]]:
        result, texts, owners = ConfigDict(), [], {}  # owners: the base that set each key
        for name in names:
            base, text = read_config(self._base_path(name), self.use_variables, self.chain)
            for key, value in base.items():
                if key in owners:
                    raise ConfigKeyError(f'{self.base_where}: {key} is set by two bases, {owners[key]} and {name}: '
                                         'keep it in one of them')
                put(result, key, value, base._node_origins[key])
            owners |= dict.fromkeys(base, name)
            texts.append(text)
        return result, texts

    def _base_path(self, name: str) -> Path:
        path = Path(os.path.abspath(self.path.parent / name))
        if path in self.chain:
            circle = ' -> '.join(short_path(p) for p in (*self.chain, path))
            raise ConfigError(f'{self.base_where}: a config cannot inherit from itself: {circle}')
        if not path.is_file():
            near = did_you_mean(path.name, os.listdir(path.parent) if path.parent.is_dir() else ())
            raise ConfigFileNotFoundError(f'{self.base_where}: {name} does not exist{near}')
        return path
