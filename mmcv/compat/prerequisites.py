"""Decorators of functions that need something installed."""

import functools
import importlib
import shutil
from collections.abc import Callable, Sequence
from typing import Any

Decorator = Callable[[Callable], Callable]


def check_prerequisites(
    prerequisites: str | Sequence[str], checker: Callable[[str], bool],
    msg_tmpl: str = 'Prerequisites "{}" are required in method "{}" but not found, please install them first.',
) -> Decorator:
    """A decorator of a function that needs what ``checker`` finds.

    Args:
        prerequisites: one name, or several.
        checker: tells whether one of them is there.
        msg_tmpl: what is said of the ones that are not, and of the function's name.

    Raises:
        RuntimeError: (when the function is called) something is not there.
    """
    wanted = [prerequisites] if isinstance(prerequisites, str) else prerequisites

    def decorate(func: Callable) -> Callable:
        @functools.wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            missing = [name for name in wanted if not checker(name)]
            if missing:
                message = msg_tmpl.format(', '.join(missing), func.__name__)
                print(message)
                raise RuntimeError(message)
            return func(*args, **kwargs)

        return wrapper

    return decorate


def requires_package(prerequisites: str | Sequence[str]) -> Decorator:
    """A decorator of a function that needs Python packages."""
    return check_prerequisites(prerequisites, _can_import)


def requires_executable(prerequisites: str | Sequence[str]) -> Decorator:
    """A decorator of a function that needs programs."""
    return check_prerequisites(prerequisites, lambda name: shutil.which(name) is not None)


def _can_import(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True
