"""Configs as data: the text of a Python config that is read, and never run."""

import ast
from collections.abc import Callable

from mmcv.utils.errors import ConfigError

_UNARY: dict[type, Callable] = {ast.USub: lambda value: -value, ast.UAdd: lambda value: +value}
_CONTAINERS: dict[type, Callable] = {ast.List: list, ast.Tuple: tuple, ast.Set: set}
_CALLS: dict[str, Callable] = {'set': set, 'frozenset': frozenset, 'float': float, 'range': range, 'slice': slice}


def read_literal(text: str, name: str) -> dict:
    """The keys of a config that was written out: names that are set to literals and ``dict(...)`` of them.

    Args:
        text: what :attr:`mmcv.Config.pretty_text` gives, of ours and of mmcv 1.x.
        name: what to call it in messages.

    Returns:
        The values by key.

    Raises:
        ConfigError: it is no Python, or holds something else; it names the line.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConfigError(f'{name}: the config in it is no Python text: {error}') from error
    keys: dict = {}
    for statement in tree.body:
        try:
            keys.update(_keys(statement))
        except (ValueError, TypeError, OverflowError) as error:
            raise ConfigError(f'{name}: line {statement.lineno} of the config in it is no plain data, and is not run '
                              f'({ast.unparse(statement)[:60]}): give the config') from error
    return keys


def _keys(statement: ast.stmt) -> dict:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return {statement.targets[0].id: _value(statement.value)}
    if not isinstance(statement, ast.Expr):
        raise ValueError('no key')
    if _is_update(statement.value):  # keys that are no names
        return _value(statement.value.args[0])
    names = statement.value.elts if isinstance(statement.value, ast.Tuple) else [statement.value]
    if all(isinstance(name, (ast.Name, ast.Constant)) for name in names):  # a use, or a docstring
        return {}
    raise ValueError('no key')


def _is_update(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == 'globals().update' and len(node.args) == 1


def _value(node: ast.expr) -> object:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name) and node.id == 'Ellipsis':
        return ...
    if type(node) in _CONTAINERS:
        return _CONTAINERS[type(node)](map(_value, node.elts))
    if isinstance(node, ast.Dict):
        return {key: value for part in map(_entry, node.keys, node.values) for key, value in part.items()}
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        return _UNARY[type(node.op)](_value(node.operand))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _called(node)
    raise ValueError(f'{ast.unparse(node)} is no literal')


def _entry(key: ast.expr | None, value: ast.expr) -> dict:
    return dict(_value(value)) if key is None else {_value(key): _value(value)}


def _called(node: ast.Call) -> object:
    arguments = [_value(argument) for argument in node.args]
    if node.func.id == 'dict':
        result = dict(*arguments)
        for keyword in node.keywords:
            result.update(_value(keyword.value) if keyword.arg is None else {keyword.arg: _value(keyword.value)})
        return result
    if node.func.id in _CALLS and not node.keywords:
        return _CALLS[node.func.id](*arguments)
    raise ValueError(f'{node.func.id} is not called')
