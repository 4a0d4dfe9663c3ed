"""What the transforms share: fields of the results, and checks of arguments."""

from collections.abc import Callable, Sequence
from numbers import Number

import numpy as np

Operation = Callable[[np.ndarray], np.ndarray]


def map_fields(results: dict, on_image: Operation, on_label: Operation) -> None:
    """Replace the image, and every label map that ``seg_fields`` names, by what the operation makes of it."""
    results['img'] = on_image(results['img'])
    for key in results.get('seg_fields', []):
        results[key] = on_label(results[key])


def require(condition: object, transform: object, message: str) -> None:
    """Raise a ValueError that opens with the transform's name unless the condition holds."""
    if not condition:
        raise ValueError(f'{type(transform).__name__}: {message}')


def require_prob(transform: object, prob: float) -> None:
    """Refuse what is no probability."""
    require(isinstance(prob, Number) and 0 <= prob <= 1, transform, f'prob must lie in [0, 1], got {prob!r}')


def require_positive(transform: object, name: str) -> None:
    """Refuse an argument, an attribute of the transform, that is no positive number."""
    value = getattr(transform, name)
    require(isinstance(value, Number) and value > 0, transform, f'{name} must be a positive number, got {value!r}')


def is_pair(value: object) -> bool:
    """Whether it is two numbers; configs from json and yaml hold lists in the place of tuples."""
    return isinstance(value, Sequence) and len(value) == 2 and all(isinstance(item, Number) for item in value)


def as_pairs(transform: object, name: str) -> list[tuple] | None:
    """The argument, two numbers or a list of such pairs, as a list of tuples; None stays."""
    value = getattr(transform, name)
    if value is None:
        return None
    pairs = [value] if is_pair(value) else value
    valid = isinstance(pairs, Sequence) and pairs and all(map(is_pair, pairs))
    require(valid, transform, f'{name} must be two numbers, or a list of such pairs, got {value!r}')
    return [tuple(pair) for pair in pairs]
