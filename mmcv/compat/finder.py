"""Answers imports of old modules, and of old names in modules that are still there, from one table."""

import functools
import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

from .addresses import MODULES, NAMES
from .launch_arguments import answer_launchers
from .old_numpy import answer_old_names
from .passed_on import HOMES, PASSED_ON
from .version_answers import answer_versions

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = {name.partition('.')[0] for name in (*MODULES, *NAMES)}
#: Modules below which there were others.
_PARENTS = {name.rpartition('.')[0] for name in (*MODULES, *NAMES)}
_EXTENDED = {*NAMES, *PASSED_ON, *_PARENTS}
#: Modules that packages of others had once.
_OF_OTHERS = {'torch._six': 'mmcv.compat.torch_six'}
#: What is done to modules when they are loaded, beside old names.
_CHANGES = {'mmcv': answer_versions, 'mmseg': answer_versions, 'numpy': answer_old_names}


def install() -> None:
    """Let the imports of this process find old addresses; a second call changes nothing."""
    if any(isinstance(finder, OldAddresses) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, OldAddresses())
    answer_launchers()
    for name in _EXTENDED & sys.modules.keys():
        if _is_ours(sys.modules[name].__spec__):
            _extend(sys.modules[name])
    if 'numpy' in sys.modules:
        answer_old_names(sys.modules['numpy'])


class OldAddresses(MetaPathFinder):
    """Finds the modules of the table that nobody else has, and adds old names to those of ours that somebody has.

    A project that brings a module of that name itself keeps it; of a package that is not ours nothing is answered.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname == 'numpy':
            return _changed(self._spec_of_others(fullname, path, target))
        if fullname in _OF_OTHERS:
            return self._spec_of_others(fullname, path, target) or _spec_of_old(fullname, _OF_OTHERS[fullname])
        package, (name_of_parent, _, child) = fullname.partition('.')[0], fullname.rpartition('.')
        parent = sys.modules.get(name_of_parent)
        if package not in _PACKAGES or (parent and not _is_ours(sys.modules[package].__spec__)):
            return None
        if parent and parent.__name__ != name_of_parent:  # a module of today under its old name
            today = f'{parent.__name__}.{child}'
            return _spec_of_old(fullname, today) if find_spec(today) else None
        spec = self._spec_of_others(fullname, path, target)
        if spec is None:
            known = fullname in {*MODULES, *NAMES}
            return _spec_of_old(fullname, MODULES.get(fullname)) if known else None
        extended = fullname in _EXTENDED or spec.submodule_search_locations
        return _changed(spec) if extended and _is_ours(spec) else spec

    def _spec_of_others(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None,
    ) -> ModuleSpec | None:
        specs = (finder.find_spec(fullname, path, target) for finder in sys.meta_path if finder is not self)
        return next((spec for spec in specs if spec is not None), None)


class _OldNames(ModuleType):
    """A module of names that live in others.

    Where it has a name and a module that are called the same, the name is its attribute, as in a package that imports
    the function of a file called like it.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in _homes(self.__name__)):
            super().__setattr__(name, value)


class _OldModule(Loader):
    """Makes a module that is gone: it is the one that took its place, or a list of names that live in several."""

    def __init__(self, today: str | None) -> None:
        self.today = today

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _OldNames(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        if self.today is None:
            module.__all__ = []
            _add_old_names(module, module.__name__)
            _add_modules(module)
            return
        today = sys.modules[module.__name__] = importlib.import_module(self.today)
        if module.__name__ in _EXTENDED:
            _add_old_names(today, module.__name__)


def _spec_of_old(name: str, today: str | None) -> ModuleSpec:
    return spec_from_loader(name, _OldModule(today), is_package=True)


def _is_ours(spec: ModuleSpec | None) -> bool:
    """Whether a module lies beside this one, or is an old one itself."""
    if spec is None:
        return False
    return isinstance(spec.loader, _OldModule) or (bool(spec.origin) and _lies_here(spec.origin))


@functools.cache
def _lies_here(origin: str) -> bool:
    """Whether a file is below the root, links followed, which takes the longest of all that an import asks here."""
    return Path(origin).resolve().is_relative_to(_ROOT)


def _changed(spec: ModuleSpec | None) -> ModuleSpec | None:
    """The spec of a module that is given what it had of old when it is loaded."""
    if spec is not None:
        spec.loader.exec_module = _extending(spec.loader.exec_module)
    return spec


def _extending(execute: Callable[[ModuleType], None]) -> Callable[[ModuleType], None]:
    """The ``exec_module`` of a loader, which also gives the module what it had of old."""

    def exec_module(module: ModuleType) -> None:
        execute(module)
        _extend(module)

    return exec_module


def _extend(module: ModuleType) -> None:
    """Give a module of ours its old names, and let old modules be imported from it as from a package."""
    if module.__name__ in NAMES or module.__name__ in PASSED_ON:
        _add_old_names(module, module.__name__)
    if any(f'{module.__name__}.{name}' in MODULES for name in _homes(module.__name__)):
        module.__class__ = _OldNames
    if module.__name__ in _PARENTS:
        vars(module).setdefault('__path__', [])
    if '__path__' in vars(module):
        _add_modules(module)
    if module.__name__ in _CHANGES:
        _CHANGES[module.__name__](module)


def _add_old_names(module: ModuleType, old: str) -> None:
    """Let a module answer the names of an old one, and ``from module import *`` import those that it had by itself."""
    listed = _homes(old)
    homes = {name: _PASSED_ON_FROM[name] for name in PASSED_ON.get(old, '').split()} | listed
    answer = _answer_of(module)

    def get(name: str) -> object:
        if name in homes:
            home, today = homes[name]
            value = getattr(importlib.import_module(home), today)
            setattr(module, name, value)
            return value
        return answer(name)

    module.__getattr__ = get
    public = vars(module).get('__all__', [name for name in vars(module) if not name.startswith('_')])
    module.__all__ = sorted({*public, *listed})


def _add_modules(module: ModuleType) -> None:
    """Let a package answer the modules below it as attributes before anybody has imported them."""
    answer = _answer_of(module)

    def get(name: str) -> object:
        full = f'{module.__name__}.{name}'
        try:
            return answer(name)
        except AttributeError:
            if name.startswith('__') or find_spec(full) is None:
                raise
        return importlib.import_module(full)

    module.__getattr__ = get


def _answer_of(module: ModuleType) -> Callable[[str], object]:
    """What a module has answered so far to names that are not in it."""

    def refuse(name: str) -> object:
        raise AttributeError(f'module {module.__name__!r} has no attribute {name!r}')

    return vars(module).get('__getattr__', refuse)


def _homes(module: str) -> dict[str, tuple[str, str]]:
    """{old name: (module, name) of today} of an old module."""
    return _read(NAMES.get(module, {}))


def _read(homes: dict[str, str]) -> dict[str, tuple[str, str]]:
    """{old name: (module, name) of today} of {module: its entries}."""
    pairs = ((entry.partition('=')[::2], home) for home, text in homes.items() for entry in text.split())
    return {old: (home, new or old) for (old, new), home in pairs}


_PASSED_ON_FROM = _read(HOMES)
