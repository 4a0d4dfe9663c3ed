"""The size and the plainness of the code, as figures that it must not pass."""

import ast
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES, TOOLS = ('mmcv', 'mmseg'), ('tools',)
VAGUE = {'common', 'utils', 'misc', 'base', 'helpers'}
LINES_OF_FILE, LINES_OF_FUNCTION = 400, 60

Function = ast.FunctionDef | ast.AsyncFunctionDef


class File(NamedTuple):
    """A source file: its place below the checkout, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


@functools.cache
def files_below(*folders: str) -> list[File]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob('*.py'))]
    return [parsed(path.relative_to(ROOT).as_posix(), path.read_text()) for path in paths]


def parsed(path: str, text: str) -> File:
    return File(path, text, ast.parse(text))


def long_files(file: File) -> Iterator[str]:
    lines = file.text.count('\n')
    if lines > LINES_OF_FILE:
        yield f'{file.path}: {lines} lines'


def long_functions(file: File) -> Iterator[str]:
    for function in file.functions():
        lines = function.end_lineno - function.lineno
        if lines > LINES_OF_FUNCTION:
            yield f'{file.path}:{function.lineno}: {function.name} has {lines} lines'


def plain_any(file: File) -> Iterator[str]:
    """Every argument and result of a public function that is annotated as ``Any`` and nothing else."""
    for function in file.functions():
        if function.name.startswith('_'):
            continue
        arguments = function.args.args + function.args.kwonlyargs
        for annotation in (*(argument.annotation for argument in arguments), function.returns):
            if isinstance(annotation, ast.Name) and annotation.id == 'Any':
                yield f'{file.path}:{annotation.lineno}: {function.name}'


def probes(file: File) -> Iterator[str]:
    """Every ``hasattr`` or ``getattr`` with a literal name."""
    for node in ast.walk(file.tree):
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ('hasattr', 'getattr')
                and len(node.args) > 1 and isinstance(node.args[1], ast.Constant)):
            yield f'{file.path}:{node.lineno}: {node.func.id} {node.args[1].value}'


def vague_names(file: File) -> Iterator[str]:
    path = Path(file.path)
    if path.stem.strip('_') in VAGUE or (path.name == '__init__.py' and path.parent.name == 'utils'):
        yield file.path


def unannotated(file: File) -> Iterator[str]:
    """Functions with an argument or a result without an annotation."""
    for function in file.functions():
        arguments = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
        bare = [argument.arg for argument in arguments
                if argument.annotation is None and argument.arg not in ('self', 'cls')]
        if bare or function.returns is None:
            yield f'{file.path}:{function.lineno}: {function.name}({", ".join(bare)})'


@pytest.mark.parametrize(('find', 'folders', 'limit'), [
    (long_files, PACKAGES + TOOLS, 0),
    (long_functions, PACKAGES + TOOLS, 0),
    (plain_any, PACKAGES, 40),
    (probes, PACKAGES, 60),
    (vague_names, PACKAGES, 7),
    (unannotated, PACKAGES + TOOLS, 0),
])
def test_figures(find: Callable[[File], Iterator[str]], folders: tuple[str, ...], limit: int) -> None:
    found = [place for file in files_below(*folders) for place in find(file)]
    assert len(found) <= limit, '\n'.join([f'{len(found)} {find.__name__}, more than {limit}:', *found])


@pytest.mark.parametrize(('find', 'path', 'text', 'count'), [
    (long_files, 'a.py', 'x = 1\n' * 401, 1),
    (long_files, 'a.py', 'x = 1\n' * 400, 0),
    (long_functions, 'a.py', 'def f():\n' + '    x = 1\n' * 61, 1),
    (long_functions, 'a.py', 'def f():\n' + '    x = 1\n' * 60, 0),
    (plain_any, 'a.py', 'def f(a: Any, *, b: Any, c: list[Any]) -> Any: ...', 3),
    (plain_any, 'a.py', 'def _f(a: Any): ...\ndef g(a: int) -> None: ...', 0),
    (probes, 'a.py', "hasattr(a, 'b')\ngetattr(a, 'c', 0)\na.hasattr(a, 'b')\ngetattr(a, name)", 2),
    (vague_names, 'mmcv/utils/__init__.py', '', 1),
    (vague_names, 'mmcv/a/_base.py', '', 1),
    (vague_names, 'mmcv/utils/path.py', '', 0),
    (unannotated, 'a.py', 'class A:\n    def f(self, a: int) -> None: ...\n    def g(self): ...\ndef h(a) -> int: 1',
     2),
])
def test_the_figures_are_counted(find: Callable[[File], Iterator[str]], path: str, text: str, count: int) -> None:
    assert len(list(find(parsed(path, text)))) == count
