"""What the files of a package register, read from their text: nothing is imported before somebody asks for it."""

import functools
import importlib
import re
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

_CALL = r'\.register_module(?:\(((?:[^()]|\([^()]*\))*)\))?'
_DECORATOR = re.compile(rf'^@(\w+){_CALL}(?=(?:.*\n)+?(?:async )?(?:class|def) (\w+))', re.MULTILINE)
_STATEMENT = re.compile(rf'^(\w+){_CALL}', re.MULTILINE)
_TEXT = re.compile(r'[\'"](.+?)[\'"]')
_MODULE = re.compile(r'\bmodule=(?:\w+\.)*(\w+)\b(?!\()')


class Registration(NamedTuple):
    """One class or function that a file registers.

    Attributes:
        registry: the variable that holds the registry, 'BACKBONES'.
        names: under which it is registered.
        symbol: the class or function below the decorator; None for a line of its own, whose class may be foreign.
        module: the dotted name of the file.
    """

    registry: str
    names: tuple[str, ...]
    symbol: str | None
    module: str


@functools.cache
def registrations(package: str) -> tuple[Registration, ...]:
    """What the files of a package, and of the packages below it, register at their outermost level.

    Both ``@NAME.register_module(...)`` above a class or function and lines ``NAME.register_module(..., module=X)`` are
    understood; names are text in them. The package itself is not imported, but those around it are.
    """
    spec = find_spec(package)
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()] if spec else []
    return tuple(
        found for folder in folders for path in sorted(folder.rglob('*.py'))
        for found in _registrations_of(path, '.'.join((package, *path.relative_to(folder).with_suffix('').parts))))


def _registrations_of(path: Path, module: str) -> list[Registration]:
    text, module = path.read_text(encoding='utf-8'), module.removesuffix('.__init__')
    if '.register_module' not in text:
        return []
    found = []
    for registry, arguments, symbol in _DECORATOR.findall(text):
        found.append(Registration(registry, tuple(_TEXT.findall(arguments)) or (symbol,), symbol, module))
    for registry, arguments in _STATEMENT.findall(text):
        names = _TEXT.findall(arguments) or _MODULE.findall(arguments)
        found.append(Registration(registry, tuple(names), None, module))
    return found


def lazy_folder(
    package: str, modules: str = '', names: dict[str, str] | None = None,
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """What a package's ``__init__`` assigns to ``__getattr__`` and ``__dir__`` to export what its files register.

    A file that registers a class needs no line anywhere else: its package finds it. ``__all__`` is answered too, and
    so are the modules of the package.

    Args:
        package: its ``__name__``.
        modules: packages in it, separated by blanks, whose ``__all__`` it exports as well.
        names: {module: further names that it defines, separated by blanks}; modules begin with a dot.
    """
    inner = [f'{package}.{name}' for name in modules.split()]
    own = {name: module for module, text in (names or {}).items() for name in text.split()}

    @functools.cache
    def homes() -> dict[str, str]:
        """The module of each name."""
        here = {found.symbol: found.module for found in registrations(package) if found.symbol}
        there = {name: module for module in inner for name in importlib.import_module(module).__all__}
        return {**here, **there, **own}

    def get(name: str) -> Any:
        if name == '__all__':
            return sorted(homes())
        if not name.startswith('_'):
            if name in homes():
                value = getattr(importlib.import_module(homes()[name], package), name)
                setattr(sys.modules[package], name, value)
                return value
            if find_spec(f'{package}.{name}'):
                return importlib.import_module(f'{package}.{name}')
        raise AttributeError(f'module {package!r} has no attribute {name!r}')

    def names_of_package() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes()})

    return get, names_of_package
