"""Small helpers that code written for mmcv 1.x imports."""

import collections.abc
import functools
import importlib
import itertools
import warnings
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any


def is_str(x: Any) -> bool:
    """Whether ``x`` is a string."""
    return isinstance(x, str)


def is_seq_of(seq: Any, expected_type: type | tuple, seq_type: type | None = None) -> bool:
    """Whether ``seq`` is a sequence (of ``seq_type``, if given) whose items are all of ``expected_type``."""
    return isinstance(seq, seq_type or collections.abc.Sequence) and all(isinstance(x, expected_type) for x in seq)


def is_list_of(seq: Any, expected_type: type | tuple) -> bool:
    """Whether ``seq`` is a list whose items are all of ``expected_type``."""
    return is_seq_of(seq, expected_type, list)


def is_tuple_of(seq: Any, expected_type: type | tuple) -> bool:
    """Whether ``seq`` is a tuple whose items are all of ``expected_type``."""
    return is_seq_of(seq, expected_type, tuple)


def to_ntuple(n: int) -> Callable[[Any], tuple]:
    """A function that repeats a scalar ``n`` times; an iterable just becomes a tuple."""

    def parse(x: Any) -> tuple:
        return tuple(x) if isinstance(x, collections.abc.Iterable) else (x,) * n

    return parse


to_1tuple, to_2tuple, to_3tuple, to_4tuple = map(to_ntuple, (1, 2, 3, 4))


def iter_cast(inputs: Iterable, dst_type: type, return_type: type | None = None) -> Any:
    """Convert every item to ``dst_type``; give them as an iterator or as a ``return_type``."""
    items = map(dst_type, inputs)
    return items if return_type is None else return_type(items)


list_cast = functools.partial(iter_cast, return_type=list)
tuple_cast = functools.partial(iter_cast, return_type=tuple)


def slice_list(in_list: Sequence, lens: int | Sequence[int]) -> list[list]:
    """Cut a list into pieces of the given lengths (or of one length), which have to add up to its own."""
    if isinstance(lens, int):
        lens = [lens] * (len(in_list) // max(lens, 1))
    if sum(lens) != len(in_list):
        raise ValueError(f'pieces of lengths {lens} do not add up to the {len(in_list)} items of the list')
    items = iter(in_list)
    return [list(itertools.islice(items, n)) for n in lens]


def concat_list(in_list: Iterable[Iterable]) -> list:
    """A list of lists as one list."""
    return list(itertools.chain.from_iterable(in_list))


def has_method(obj: object, method: str) -> bool:
    """Whether ``obj`` has a method of that name."""
    return callable(getattr(obj, method, None))


def is_method_overridden(method: str, base_class: type, derived_class: Any) -> bool:
    """Whether a class (or the class of an object) has its own version of a method of ``base_class``."""
    derived_class = derived_class if isinstance(derived_class, type) else type(derived_class)
    return getattr(derived_class, method) != getattr(base_class, method)


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


def deprecated_api_warning(name_dict: dict[str, str], cls_name: str | None = None) -> Callable[[Callable], Callable]:
    """Let a function take keyword arguments by their old names too, with a warning.

    Args:
        name_dict: {old name: new name}.
        cls_name: the class of a method, for the message.
    """

    def decorate(func: Callable) -> Callable:
        label = f'{cls_name}.{func.__name__}' if cls_name else func.__name__

        @functools.wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            for old, new in name_dict.items():
                if old not in kwargs:
                    continue
                if new in kwargs:
                    raise TypeError(f'{label}: {old} is the old name of {new}: give only {new}')
                warnings.warn(f'{label}: {old} is deprecated, use {new}', DeprecationWarning, stacklevel=2)
                kwargs[new] = kwargs.pop(old)
            return func(*args, **kwargs)

        wrapper.renamed_arguments = dict(name_dict)  # registries accept the old names too
        return wrapper

    return decorate
