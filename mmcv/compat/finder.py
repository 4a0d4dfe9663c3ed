"""Answers imports of old modules, and of old names in modules that are still there, from one table."""

import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

from .addresses import MODULES, NAMES

_ROOT = Path(__file__).resolve().parents[2]


def install() -> None:
    """Let the imports of this process find old addresses; a second call changes nothing."""
    if not any(isinstance(finder, OldAddresses) for finder in sys.meta_path):
        sys.meta_path.insert(0, OldAddresses())


class OldAddresses(MetaPathFinder):
    """Finds the modules of the table that nobody else has, and adds old names to those of ours that somebody has.

    A project that brings a module of that name itself keeps it.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname not in MODULES and fullname not in NAMES:
            return None
        spec = self._spec_of_others(fullname, path, target)
        if spec is None:
            return spec_from_loader(fullname, _OldModule(), is_package=True)
        if fullname in NAMES and spec.origin and Path(spec.origin).is_relative_to(_ROOT):
            spec.loader = _WithOldNames(spec.loader)
        return spec

    def _spec_of_others(self, *args: Any) -> ModuleSpec | None:
        specs = (finder.find_spec(*args) for finder in sys.meta_path if finder is not self)
        return next((spec for spec in specs if spec is not None), None)


class _OldModule(Loader):
    """Makes a module that is gone: it is the one that took its place, or a list of names that live in several."""

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        if name in MODULES:
            sys.modules[name] = importlib.import_module(MODULES[name])
        else:
            module.__getattr__ = _old_names(module)
            module.__all__ = sorted(_homes(name))


class _WithOldNames(Loader):
    """The loader of a module, which also gives it a ``__getattr__`` for its old names."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        module.__getattr__ = _old_names(module)


def _homes(module: str) -> dict[str, tuple[str, str]]:
    """{old name: (module, name) of today} of an old module."""
    pairs = ((entry.partition('=')[::2], home) for home, text in NAMES[module].items() for entry in text.split())
    return {old: (home, new or old) for (old, new), home in pairs}


def _old_names(module: ModuleType) -> Callable[[str], Any]:
    """A ``__getattr__`` for a module: its own, and the old names."""
    name_of_module, own, homes = module.__name__, vars(module).get('__getattr__'), _homes(module.__name__)

    def get(name: str) -> Any:
        if name in homes:
            home, today = homes[name]
            value = getattr(importlib.import_module(home), today)
            setattr(module, name, value)
            return value
        if own is not None:
            return own(name)
        raise AttributeError(f'module {name_of_module!r} has no attribute {name!r}')

    return get
