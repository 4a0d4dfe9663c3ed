"""What a class offers: its methods, whose they are, and arguments under their old names."""

import functools
import inspect
import warnings
from collections.abc import Callable


def has_method(obj: object, method: str) -> bool:
    """Whether ``obj`` has a method of that name."""
    return callable(getattr(obj, method, None))


def is_method_overridden(method: str, base_class: type, derived_class: object) -> bool:
    """Whether a class (or the class of an object) has its own version of a method of ``base_class``.

    Raises:
        TypeError: ``base_class`` is an object.
    """
    if not isinstance(base_class, type):
        raise TypeError(f'base_class has to be a class, not {base_class!r}')
    derived_class = derived_class if isinstance(derived_class, type) else type(derived_class)
    return getattr(derived_class, method) != getattr(base_class, method)


def deprecated_api_warning(name_dict: dict[str, str], cls_name: str | None = None) -> Callable[[Callable], Callable]:
    """Let a function take keyword arguments by their old names too, with a warning.

    Args:
        name_dict: {old name: new name}.
        cls_name: the class of a method, for the message.
    """

    def decorate(func: Callable) -> Callable:
        label = f'{cls_name}.{func.__name__}' if cls_name else func.__name__

        @functools.wraps(func)
        def wrapper(*args: object, **kwargs: object) -> object:
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


def passes_over_unknown(func: Callable) -> Callable:
    """Let calls give a function arguments that it does not take, with a warning, as ``**kwargs`` of 0.x took them.

    Its signature stays, and configs are checked by that: in them such an argument is an error.
    """
    taken = inspect.signature(func).parameters

    @functools.wraps(func)
    def wrapper(*args: object, **kwargs: object) -> object:
        unknown = [name for name in kwargs if name not in taken]
        if unknown:
            warnings.warn(f'{func.__qualname__}: there is no {", ".join(unknown)}, which has no effect', stacklevel=2)
        return func(*args, **{name: value for name, value in kwargs.items() if name in taken})

    return wrapper


def closed_to_configs(func: Callable) -> Callable:
    """Let configs give a function only the arguments that it names; calls may give more, which ``**kwargs`` takes."""
    signature = inspect.signature(func)
    named = [parameter for parameter in signature.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
    func.__signature__ = signature.replace(parameters=named)
    return func
