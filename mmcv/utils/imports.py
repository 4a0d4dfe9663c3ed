"""Modules that are imported by a name that somebody gives: a config's custom_imports."""

import importlib
import warnings
from collections.abc import Sequence
from types import ModuleType

from .sequences import is_seq_of


def import_modules_from_strings(
    imports: str | Sequence[str] | None, allow_failed_imports: bool = False,
) -> ModuleType | list[ModuleType | None] | None:
    """Import modules by their names, for what they register.

    Returns:
        The module, or a list of them as ``imports`` is one. With ``allow_failed_imports``, a module that cannot be
        imported is None and a warning.

    Raises:
        TypeError: ``imports`` is neither a string nor a list of strings.
        ImportError: a module cannot be imported; the message says which and why.
    """
    if not imports:
        return None
    names = [imports] if isinstance(imports, str) else imports
    if not is_seq_of(names, str):
        raise TypeError(f'imports has to be a module name or a list of them, not {imports!r}')
    modules = [_import_module(name, allow_failed_imports) for name in names]
    return modules[0] if isinstance(imports, str) else modules


def _import_module(name: str, allow_failure: bool) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = f'cannot import {name!r} ({error}): is its folder on PYTHONPATH?'
        if not allow_failure:
            raise ImportError(message) from error
        warnings.warn(message, stacklevel=3)
        return None
