"""Configs in JSON and YAML, with the line of every key."""

import ast
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from mmcv.utils.errors import ConfigError, ConfigImportError, one_line, short_path
from mmcv.utils.origins import TrackedDict

TUPLE_TAG = 'tag:yaml.org,2002:python/tuple'
_FLOAT_TAG = 'tag:yaml.org,2002:float'
_EXPONENT = re.compile(r'^[-+]?(\d[\d_]*\.?\d*|\.\d+)[eE][-+]?\d+$')


def parse_json(text: str, path: Path) -> object:
    """The value of a JSON text; its objects are TrackedDict.

    Args:
        text: the text.
        path: names it in messages and in the origins of its keys.

    Raises:
        ConfigError: not valid JSON.
    """

    def unique(pairs: list[tuple[str, object]]) -> dict:
        keys = [key for key, _ in pairs]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise ConfigError(f'{short_path(path)}: {", ".join(sorted(twice))} is given twice')
        return dict(pairs)

    try:
        value = json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise ConfigError(f'{short_path(path)}:{error.lineno}: {error.msg}') from error
    # JSON is a Python expression too, and Python's parser tells the lines; the bracket lets it start on a later line.
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # of escapes that only JSON has
        tree = ast.parse(f'({text})', mode='eval').body
    return _with_lines(value, tree, path)


def _with_lines(value: object, tree: ast.expr, path: Path) -> object:
    if isinstance(value, dict):
        items = {key: _with_lines(item, node, path) for (key, item), node in zip(value.items(), tree.values)}
        return TrackedDict(items, {key: f'{path}:{node.lineno}' for key, node in zip(value, tree.keys)})
    if isinstance(value, list):
        return [_with_lines(item, node, path) for item, node in zip(value, tree.elts)]
    return value


def import_yaml() -> ModuleType:
    """PyYAML, which only YAML configs need.

    Raises:
        ConfigImportError: it is not installed.
    """
    try:
        import yaml
    except ImportError as error:
        raise ConfigImportError('YAML configs need PyYAML: pip install pyyaml') from error
    return yaml


def read_exponents(kind: type) -> None:
    """Have a loader or dumper of PyYAML take ``1e-3`` for a number; in YAML 1.1 one needs a point and a sign."""
    kind.add_implicit_resolver(_FLOAT_TAG, _EXPONENT, list('-+.0123456789'))


def parse_yaml(text: str, path: Path) -> object:
    """The value of a YAML text; its mappings are TrackedDict.

    Args:
        text: the text.
        path: names it in messages and in the origins of its keys.

    Raises:
        ConfigError: not valid YAML.
    """
    yaml = import_yaml()

    class Loader(yaml.SafeLoader):
        pass

    read_exponents(Loader)

    def construct_map(loader: Loader, node: yaml.MappingNode) -> Iterator[TrackedDict]:
        items = TrackedDict({}, {})
        yield items
        dict.update(items, loader.construct_mapping(node))
        for key, _ in node.value:
            items.origins[loader.construct_object(key)] = f'{path}:{key.start_mark.line + 1}'

    Loader.add_constructor('tag:yaml.org,2002:map', construct_map)
    Loader.add_constructor(TUPLE_TAG, lambda loader, node: tuple(loader.construct_sequence(node, deep=True)))
    try:
        value = yaml.load(text, Loader)
    except yaml.YAMLError as error:
        marked = isinstance(error, yaml.MarkedYAMLError)
        line = error.problem_mark.line + 1 if marked and error.problem_mark else 1
        problem = error.problem if marked and error.problem else one_line(error)
        raise ConfigError(f'{short_path(path)}:{line}: {problem}') from error
    return TrackedDict({}, {}) if value is None else value
