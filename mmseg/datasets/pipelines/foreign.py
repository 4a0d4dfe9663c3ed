"""Transforms of other libraries, out of the configs that name them."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType

from mmcv.utils import ConfigError, did_you_mean, one_line

Adapt = Callable[[inspect.Signature, dict], None]


def build_foreign(cfg: Mapping, library: ModuleType, where: str, adapt: Adapt) -> Callable:
    """Build a transform, and those that it holds.

    Args:
        cfg: ``type``, a name in ``library`` or a class, and arguments; dicts with a ``type`` among these are built too.
        library: the module of the classes.
        where: what to call it in a message.
        adapt: is given the signature of each class and its arguments, to change these.

    Raises:
        ConfigError: there is no such class or argument, or the class refuses a value.
    """
    if not isinstance(cfg, Mapping) or 'type' not in cfg:
        raise ConfigError(f"{where}: give a transform, dict(type='...', ...), not {cfg!r}")
    args = {name: _built(value, library, f'{where}.{name}', adapt) for name, value in cfg.items() if name != 'type'}
    kind = _kind(cfg['type'], library, where)
    signature = inspect.signature(kind)
    if not any(one.kind is one.VAR_KEYWORD for one in signature.parameters.values()):
        for name in args:
            if name not in signature.parameters:
                hint = did_you_mean(name, list(signature.parameters))
                raise ConfigError(f'{where}.{name}: {kind.__name__} of {library.__name__} takes no such argument{hint}')
    adapt(signature, args)
    try:
        return kind(**args)
    except (TypeError, ValueError) as error:
        raise ConfigError(f'{where}: {kind.__name__} of {library.__name__} refuses it: '
                          f'{one_line(error)}') from error


def build_all(transforms: Sequence[Mapping], library: ModuleType, where: str, adapt: Adapt) -> list[Callable]:
    """Build a list of them, see :func:`build_foreign`."""
    return [build_foreign(one, library, f'{where}[{i}]', adapt) for i, one in enumerate(transforms)]


def _built(value: object, library: ModuleType, where: str, adapt: Adapt) -> object:
    if isinstance(value, Mapping) and 'type' in value:
        return build_foreign(value, library, where, adapt)
    if isinstance(value, (list, tuple)) and value and all(isinstance(one, Mapping) and 'type' in one for one in value):
        return build_all(value, library, where, adapt)
    return value


def _kind(name: object, library: ModuleType, where: str) -> type:
    if isinstance(name, type):
        return name
    kinds = {key: value for key, value in vars(library).items() if isinstance(value, type)}
    if name not in kinds:
        raise ConfigError(f'{where}: there is no {name!r} in {library.__name__}{did_you_mean(str(name), list(kinds))}')
    return kinds[name]
