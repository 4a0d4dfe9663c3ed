"""Names of a package whose modules are imported when somebody asks for them."""

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def lazy_names(
    package: str, names: Mapping[str, str], modules: str = '',
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """What a package's ``__init__`` assigns to ``__getattr__``, ``__dir__`` and ``__all__``.

    Args:
        package: its ``__name__``.
        names: {module: names that it defines, separated by blanks}; a module that begins with a dot lies in the
            package.
        modules: further modules of the package that are its attributes, separated by blanks.

    Returns:
        The three of them.
    """
    homes = {name: module for module, text in names.items() for name in text.split()}
    inner = modules.split()

    def get(name: str) -> Any:
        if name in homes:
            value = getattr(importlib.import_module(homes[name], package), name)
            setattr(sys.modules[package], name, value)
            return value
        if name in inner:
            return importlib.import_module(f'{package}.{name}')
        raise AttributeError(f'module {package!r} has no attribute {name!r}')

    def names_of_package() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes, *inner})

    return get, names_of_package, sorted(homes)
