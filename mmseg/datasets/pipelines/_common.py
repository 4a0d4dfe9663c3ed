"""What the transforms share: fields of the results, and checks of arguments."""

from collections.abc import Callable
from numbers import Number
from typing import Any

import numpy as np

Operation = Callable[[np.ndarray], np.ndarray]


def map_fields(results: dict, on_image: Operation, on_label: Operation) -> None:
    """Replace the image, and every label map that ``seg_fields`` names, by what the operation makes of it."""
    results['img'] = on_image(results['img'])
    for key in results.get('seg_fields', []):
        results[key] = on_label(results[key])


def require(condition: Any, transform: object, message: str) -> None:
    """Raise a ValueError that opens with the transform's name unless the condition holds."""
    if not condition:
        raise ValueError(f'{type(transform).__name__}: {message}')


def require_prob(transform: object, prob: float) -> None:
    require(isinstance(prob, Number) and 0 <= prob <= 1, transform, f'prob must lie in [0, 1], got {prob!r}')


def as_scales(value: Any) -> list[tuple] | None:
    """One pair of numbers, or several, as a list of tuples (configs from json and yaml hold lists); None stays."""
    if value is None:
        return None
    pairs = [value] if isinstance(value[0], Number) else value
    return [tuple(pair) for pair in pairs]
