"""What a class offers: its methods, whose they are, and arguments under their old names."""

import functools
import warnings
from collections.abc import Callable


def has_method(obj: object, method: str) -> bool:
    """Whether ``obj`` has a method of that name."""
    return callable(getattr(obj, method, None))


def is_method_overridden(method: str, base_class: type, derived_class: object) -> bool:
    """Whether a class (or the class of an object) has its own version of a method of ``base_class``."""
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
