"""Running a Python config so that every key knows its line and ``{{ }}`` references get their values.

The file's syntax tree is altered before it runs: a dict literal or a ``dict(...)`` call gives a dict that knows the
line of each of its keys, and a reference becomes a call that looks it up. Nothing is written to disk or to
``sys.modules``.
"""

import ast
import builtins
from collections.abc import Callable
from pathlib import Path, PurePath

import numpy as np

from mmcv.utils.errors import ConfigError, one_line, short_path
from mmcv.utils.origins import OfVariable, TrackedDict, origins_of

from .dict import HoldsConfig

_TRACK, _EXPAND = '__track__', '__expand__'
_PARTS = (ast.Subscript, ast.Attribute)
_DATA = (str, int, float, dict, list, tuple, type(None), HoldsConfig)
_DATA_UNLESS_IMPORTED = (
    bytes, complex, range, slice, set, frozenset, type(...), PurePath, np.ndarray, np.generic)


def run_python(
    text: str,
    path: Path,
    has_reference: Callable[[str], object],
    expand: Callable[[str, Callable[[], object]], object],
) -> TrackedDict:
    """Run a config's source and return its keys: the top-level names that are no helpers.

    Args:
        text: the source, with references as marks, which are names as well as parts of strings.
        path: names the file in messages and in the origins.
        has_reference: whether a name or a string holds a mark.
        expand: gives a marked text its value; its second argument returns the value of ``_base_`` so far.

    Raises:
        ConfigError: the file has a syntax error or raises one when it runs.
    """
    instrument = _Instrument(has_reference)
    try:
        tree = ast.parse(text, str(path))
        used = _used_names(tree)
        tree = ast.fix_missing_locations(instrument.visit(tree))
        code = compile(tree, str(path), 'exec')
    except (SyntaxError, ValueError) as error:  # ValueError: null bytes
        line, problem = (error.lineno or 1, error.msg) if isinstance(error, SyntaxError) else (1, error)
        raise ConfigError(f'{short_path(path)}:{line}: {type(error).__name__}: {problem}') from error
    namespace = {'__builtins__': builtins, '__name__': '__config__', '__file__': str(path)}
    namespace['_base_'] = _literal_base(tree)  # may be referred to further up
    namespace[_TRACK] = lambda value, index, *sources: _track(value, f'{path}:', *instrument.tables[index], sources)
    namespace[_EXPAND] = lambda marked: expand(marked, lambda: namespace['_base_'])
    try:
        exec(code, namespace)
    except ConfigError:
        raise
    except Exception as error:
        line = _last_line(error, str(path))
        raise ConfigError(f'{short_path(path)}:{line}: {type(error).__name__}: {one_line(error)}') from error
    keys = {key: value for key, value in namespace.items() if _is_key(key, value, key in instrument.imported)}
    lines = {key: f'{path}:{instrument.top_lines.get(key, 1)}' for key in keys}
    return TrackedDict(keys, {key: OfVariable(line) if key in used else line for key, line in lines.items()})


def _is_key(name: str, value: object, imported: bool) -> bool:
    """Helpers are no keys: what is no data (modules, functions, open files, dates), and most of what is imported."""
    data = isinstance(value, _DATA) or (isinstance(value, _DATA_UNLESS_IMPORTED) and not imported)
    if isinstance(value, (np.ndarray, np.generic)):
        data = data and value.dtype.kind in 'biufcSU'
    return not name.startswith('__') and data


def _used_names(tree: ast.Module) -> set[str]:
    """The names that are read somewhere; to change what is in one, ``x['a'] = 1`` or ``x.update(a=1)``, is no use."""
    changed = [node for node in ast.walk(tree) if isinstance(node, _PARTS) and isinstance(node.ctx, ast.Store)]
    changed += [node.value.func for node in ast.walk(tree)
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    roots = set(map(_root, changed))
    return {node.id for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in roots}


def _root(node: ast.expr) -> ast.expr:
    while isinstance(node, _PARTS):
        node = node.value
    return node


def _literal_base(tree: ast.Module) -> object:
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and any(_is_named(target, '_base_') for target in statement.targets):
            try:
                return ast.literal_eval(statement.value)
            except ValueError:
                return ()
    return ()


def _track(value: dict, prefix: str, lines: dict, own_line: int, sources: tuple) -> TrackedDict:
    inherited = {key: origin for source in sources for key, origin in origins_of(source).items()}
    origins = {key: f'{prefix}{lines[key]}' if key in lines else inherited.get(key, f'{prefix}{own_line}')
               for key in value}
    return TrackedDict(value, origins)


def _last_line(error: BaseException, filename: str) -> int:
    line, entry = 1, error.__traceback__
    while entry is not None:
        if entry.tb_frame.f_code.co_filename == filename:
            line = entry.tb_lineno
        entry = entry.tb_next
    return line


class _Instrument(ast.NodeTransformer):
    """Wraps dicts and references.

    Attributes:
        top_lines: the line of each top-level name.
        imported: the names that are imported.
        tables: of each dict, the lines of its keys and its own.
    """

    def __init__(self, has_reference: Callable[[str], object]) -> None:
        self.has_reference = has_reference
        self.top_lines: dict[str, int] = {}
        self.imported: set[str] = set()
        self.tables: list[tuple[dict, int]] = []
        self._depth = 0

    def _visit_scope(self, node: ast.AST) -> ast.AST:
        """Names that are set in here are not the file's."""
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = _visit_scope
    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_scope

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        self.imported.update(alias.asname or alias.name for alias in node.names)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Store) and not self._depth:
            self.top_lines[node.id] = node.lineno
        return self._expanded(node, node.id) if self.has_reference(node.id) else node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """A docstring may mention references as it likes."""
        return node if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        marked = isinstance(node.value, str) and self.has_reference(node.value)
        return self._expanded(node, node.value) if marked else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        parts = map(self.visit, node.values)
        node.values = [ast.FormattedValue(part, -1, None) if isinstance(part, ast.Call) else part for part in parts]
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        lines = {key.value: key.lineno for key in node.keys if isinstance(key, ast.Constant)}
        return self._tracked(node, lines, [value for key, value in zip(node.keys, node.values) if key is None])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not _is_named(node.func, 'dict'):
            return self.generic_visit(node)
        lines = {keyword.arg: keyword.lineno for keyword in node.keywords if keyword.arg}
        return self._tracked(node, lines, [*node.args, *(k.value for k in node.keywords if not k.arg)])

    def _tracked(self, node: ast.expr, lines: dict, sources: list) -> ast.AST:
        self.tables.append((lines, node.lineno))
        index = ast.Constant(len(self.tables) - 1)
        # Evaluated a second time only to read their origins, so names only: they have no side effects.
        names = [ast.Name(source.id, ast.Load()) for source in sources if isinstance(source, ast.Name)]
        return ast.copy_location(_call(_TRACK, self.generic_visit(node), index, *map(self.visit, names)), node)

    def _expanded(self, node: ast.expr, marked: str) -> ast.AST:
        return ast.copy_location(_call(_EXPAND, ast.Constant(marked)), node)


def _is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])
