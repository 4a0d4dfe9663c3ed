"""Registries: types by name, and building objects of them from configs, with every argument checked first."""

import importlib
import inspect
import os
import sys
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .build_errors import add_location, check_arguments, explain, name_of
from .errors import ConfigKeyError, ConfigTypeError, did_you_mean
from .origins import locate
from .registered import registrations

_SHOWN = 40  # names of a registry in a message
_OURS = tuple(f'{Path(__file__).parents[2] / package}{os.sep}' for package in ('mmcv', 'mmseg'))
_registries: 'weakref.WeakSet[Registry]' = weakref.WeakSet()


class Registry:
    """Maps names to classes or functions of one kind.

    A name that is built in gives way, quietly, to a project that registers it, whichever of the two comes first.

    Args:
        name: what the registry holds, for messages: 'backbone'.
        build_func: ``build_func(cfg, *args, registry=self, **kwargs)`` behind :meth:`build`; by default the parent's,
            or :func:`build_from_cfg`.
        parent: asked for names that this registry does not have.
        base: a class that is registered has to be a subclass of this; functions that make one may be, too.
        scope: prefix by which this registry's types can be named, as in 'mmseg.ResNet'; by default the package that
            makes the registry.
        folder: package or packages whose files register here, see :meth:`add_folder`.
        elsewhere: what other versions of a library call types and arguments, and what to write here instead.

    Example:
        >>> BACKBONES = Registry('backbone', base=nn.Module, folder='mmseg.models.backbones')
        >>> @BACKBONES.register_module()
        ... class ResNet(nn.Module): ...
        >>> BACKBONES.build(dict(type='ResNet'))
    """

    def __init__(
        self, name: str, build_func: Callable | None = None, parent: 'Registry | None' = None,
        base: type | None = None, scope: str | None = None, folder: str | Iterable[str] = (),
        elsewhere: Mapping[str, str] | None = None,
    ) -> None:
        self.name, self.parent, self.base = name, parent, base
        self.elsewhere = elsewhere or {}
        self._maker = sys._getframe(1).f_globals  # whose variable tells what the files call this registry
        self.scope = scope or self.infer_scope()
        self.build_func = build_func or (parent.build_func if parent else build_from_cfg)
        self.children: dict[str, Registry] = {}
        self._loaded: dict[str, Callable] = {}
        self._built_in: set[str] = set()  # of those loaded
        self._folders = [folder] if isinstance(folder, str) else list(folder)
        self._files: dict[str, str] | None = None  # the module of each name that the folders' files register
        if parent:
            parent._add_children(self)
        _registries.add(self)

    @staticmethod
    def infer_scope() -> str:
        """The package of the code that calls the function which calls this one."""
        return sys._getframe(2).f_globals.get('__name__', '').partition('.')[0]

    @staticmethod
    def split_scope_key(key: str) -> tuple[str | None, str]:
        """``('mmseg', 'ResNet')`` of 'mmseg.ResNet', ``(None, 'ResNet')`` of 'ResNet'; the first dot counts."""
        scope, dot, rest = key.partition('.')
        return (scope, rest) if dot else (None, key)

    def _add_children(self, registry: 'Registry') -> None:
        self.children[registry.scope] = registry

    def add_folder(self, package: str) -> None:
        """Let a package's files be searched for what they register here; their modules are imported on demand.

        The files have to call the registry as the module that makes it does.
        """
        self._folders.append(package)
        self._files = None

    @property
    def module_dict(self) -> dict[str, Callable]:
        """What is registered, by name; imports all of it."""
        for module in sorted(set(self._known().values())):
            importlib.import_module(module)
        return self._loaded

    _module_dict = module_dict

    def __len__(self) -> int:
        return len(self._own_names())

    def __contains__(self, key: str) -> bool:
        return self._home(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._own_names())

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f'{type(self).__name__}(name={self.name}, items={sorted(self)})'

    def get(self, key: str) -> Callable | None:
        """What is registered as ``key`` here, in a child ('scope.key') or in a parent; None if nothing is."""
        home = self._home(key)
        return home[0]._load(home[1]) if home else None

    def _home(self, key: str) -> tuple['Registry', str] | None:
        """The registry that has what ``key`` names, and its name there."""
        if key in self._loaded or key in self._known():
            return self, key
        scope, rest = self.split_scope_key(key)
        if scope == self.scope:
            return self._home(rest)
        if scope in self.children:
            return self.children[scope]._home(rest)
        return self.parent._home(key) if self.parent else None

    def _load(self, key: str) -> Callable | None:
        if key not in self._loaded:
            importlib.import_module(self._known()[key])
        return self._loaded.get(key)

    def _known(self) -> dict[str, str]:
        """The module of each name that a file of the folders registers."""
        if self._files is None:
            variables = {name for name, value in self._maker.items() if value is self}
            self._files = {name: found.module for package in self._folders for found in registrations(package)
                           if found.registry in variables for name in found.names}
        return self._files

    def _own_names(self) -> list[str]:
        return list(dict.fromkeys((*self._loaded, *self._known())))

    def build(self, *args: Any, **kwargs: Any) -> Any:
        """Build what a config describes; see :func:`build_from_cfg`."""
        return self.build_func(*args, **kwargs, registry=self)

    def register_module(
        self, name: str | Iterable[str] | Callable | None = None, force: bool = False, module: Callable | None = None,
    ) -> Callable:
        """Register a class or function; a decorator unless ``module`` is given.

        Args:
            name: its name or names; by default that of the class.
            force: replace what has that name.
            module: what to register.

        Raises:
            KeyError: the name is taken, by anything but a built-in type that a project's own replaces.
            TypeError: ``module`` is not of this registry's kind.
        """
        built_in = _is_built_in(sys._getframe(1).f_globals)
        if inspect.isclass(name):  # used as a decorator without parentheses
            name, module = None, name
        if module is None:
            return lambda decorated: self._register(decorated, name, force, built_in)
        return self._register(module, name, force, built_in)

    def _register_module(
        self, module: Callable, module_name: str | Iterable[str] | None = None, force: bool = False,
    ) -> None:
        self._register(module, module_name, force, _is_built_in(sys._getframe(1).f_globals))

    def _register(self, module: Callable, name: str | Iterable[str] | None, force: bool, built_in: bool) -> Callable:
        if not self.accepts(module):
            raise TypeError(f'{self.name} registry: {module!r} is not {self.kind}')
        names = [module.__name__] if name is None else [name] if isinstance(name, str) else list(name)
        for key in names:
            if not isinstance(key, str):
                raise TypeError(f'{self.name} registry: a name has to be a string, not {key!r}')
            if key in self._loaded and not force and built_in == (key in self._built_in):
                raise KeyError(f'{key} is already registered in {self.name}: choose another name, or force=True')
        for key in names:
            if built_in and key in self._loaded and key not in self._built_in:  # a project came first
                continue
            self._loaded[key] = module
            (self._built_in.add if built_in else self._built_in.discard)(key)
        return module

    def accepts(self, module: object) -> bool:
        """Whether ``module`` is of this registry's kind."""
        if self.base is None:
            return callable(module)
        return inspect.isfunction(module) or (inspect.isclass(module) and issubclass(module, self.base))

    @property
    def kind(self) -> str:
        """What :meth:`accepts` asks for, in words."""
        if self.base is None:
            return 'a class or function'
        return f'a subclass of {self.base.__name__}, or a function that makes one'

    def find(self, kind: str | Callable, where: str) -> Callable:
        """The class or function that the ``type`` of a config names (or is).

        Raises:
            ConfigError: it is unknown or of another kind; the message tells the nearest or the right registry's name.
        """
        if not isinstance(kind, str):
            if not callable(kind):
                raise ConfigTypeError(f'{where}: type has to be a name or a class, not {kind!r}')
            if not self.accepts(kind):
                raise ConfigTypeError(f'{where}: {name_of(kind)} is not {self.kind} ({self.name})')
            return kind
        found = self.get(kind)
        if found is None:
            raise ConfigKeyError(f'{where}: {kind} is not in the {self.name} registry{self._mend(kind)}')
        return found

    def _mend(self, kind: str) -> str:
        """What to write in the place of an unknown type: the nearest one, the right registry's, or one's own."""
        hint = did_you_mean(kind, self._names())
        if kind in self.elsewhere:
            return f': write {self.elsewhere[kind]}'
        if others := sorted(r.name for r in _registries if r is not self and kind in r):
            return f', it is a {" or ".join(dict.fromkeys(others))}{hint}'
        names = sorted(self._names())
        more = f' and {len(names) - _SHOWN} more' if len(names) > _SHOWN else ''
        variable = next((name for name, value in self._maker.items() if value is self), 'REGISTRY')
        return (f'; there are {", ".join(names[:_SHOWN])}{more}; to use one of your own, put '
                f'@{variable}.register_module() above its class, in a module that custom_imports names{hint}')

    def _names(self) -> set[str]:
        return {*self._own_names(), *(self.parent._names() if self.parent else ())}


def _is_built_in(names: dict[str, Any]) -> bool:
    """Whether a module with these global names belongs to mmcv, or to the mmseg that came with it."""
    return str(names.get('__file__')).startswith(_OURS)


def build_from_cfg(cfg: dict, registry: Registry, default_args: dict | None = None) -> Any:
    """Build an object: ``cfg['type']`` is its class (or the name of it), the other keys are the arguments.

    Args:
        cfg: is not changed.
        registry: where the type is looked up.
        default_args: arguments for what ``cfg`` does not set.

    Raises:
        ConfigError: an unknown type, an unknown or a missing argument, text where True or False is needed, in one
            line: where it was set, its dotted path, the nearest valid name. A ValueError of the constructor gets the
            path in front; others pass as they are.
    """
    if not isinstance(registry, Registry):
        raise TypeError(f'registry has to be a Registry, not {registry!r}')
    if not isinstance(cfg, dict):
        raise ConfigTypeError(f'{registry.name}: has to be a dict with the key `type`, not {cfg!r}')
    args = {**({} if default_args is None else default_args), **cfg}
    if args.get('type') is None:
        where = locate(cfg) or registry.name
        raise ConfigKeyError(f'{where}: `type` is missing: it names the {registry.name} to build')
    builder = registry.find(args.pop('type'), locate(cfg, 'type'))
    check_arguments(builder, cfg, args, registry.elsewhere)
    try:
        made = builder(**args)
    except (TypeError, AttributeError) as error:
        explain(error, cfg, builder)
        raise
    except ValueError as error:
        add_location(error, cfg, builder)
        raise
    if registry.base and not isinstance(made, registry.base):
        raise ConfigTypeError(f'{locate(cfg, "type")}: {name_of(builder)} makes a {name_of(type(made))}, which is no '
                              f'{registry.base.__name__} ({registry.name})')
    return made
