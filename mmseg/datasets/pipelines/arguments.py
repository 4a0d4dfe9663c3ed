"""What the transforms share: fields of the results, and checks of arguments."""

from collections.abc import Callable, Sequence
from numbers import Number

import numpy as np

from mmseg.labels import IGNORED, holding
from mmseg.protocols import Transform

Operation = Callable[[np.ndarray], np.ndarray]


def map_fields(results: dict, on_image: Operation, on_label: Operation) -> None:
    """Replace the image, and every label map that ``seg_fields`` names, by what the operation makes of it.

    ``results['moved']`` says from then on that they are not what the files hold: another file would not fit them.
    """
    results['img'] = on_image(results['img'])
    for key in label_fields(results):
        results[key] = on_label(results[key])
    results['moved'] = True


def label_fields(results: dict) -> list[str]:
    """The label maps that ``seg_fields`` names, each once, however often it was listed."""
    return list(dict.fromkeys(results.get('seg_fields', ())))


def ignored_in(results: dict) -> int | None:
    """The ignored value of the data set that a sample is from, None for none; 255 where it does not say."""
    return results.get('ignore_index', IGNORED)


def label_fill(transform: Transform, name: str, results: dict) -> int:
    """What to fill labels with: the transform's argument, or where that is None the ignored value of the data set.

    Raises:
        ValueError: nothing is ignored, so that the argument has to say.
    """
    given = getattr(transform, name)
    value = ignored_in(results) if given is None else given
    require(value is not None, transform, f'give {name}, a class: nothing is ignored (ignore_index=None)')
    value, *others = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    valid = isinstance(value, Number) and not others and np.isfinite(value)
    require(valid, transform, f'{name} must be one number, got {given!r}')
    return int(np.rint(value))


def filling(
    transform: Transform, name: str, results: dict, on_label: Callable[..., np.ndarray], argument: str
) -> Operation:
    """``on_label`` with the :func:`label_fill` of that name as ``argument``, on labels whose type holds it."""
    def fill(label: np.ndarray) -> np.ndarray:
        value = label_fill(transform, name, results)
        return on_label(holding(label, value), **{argument: value})

    return fill


def require(condition: object, transform: Transform, message: str) -> None:
    """Raise a ValueError that opens with the transform's name unless the condition holds."""
    if not condition:
        raise ValueError(f'{type(transform).__name__}: {message}')


def require_prob(transform: Transform, prob: float) -> None:
    """Refuse what is no probability."""
    require(isinstance(prob, Number) and 0 <= prob <= 1, transform, f'prob must lie in [0, 1], got {prob!r}')


def require_positive(transform: Transform, name: str) -> None:
    """Refuse an argument, an attribute of the transform, that is no positive number."""
    value = getattr(transform, name)
    require(isinstance(value, Number) and value > 0, transform, f'{name} must be a positive number, got {value!r}')


def is_pair(value: object) -> bool:
    """Whether it is two numbers; configs from json and yaml hold lists in the place of tuples."""
    return isinstance(value, Sequence) and len(value) == 2 and all(isinstance(item, Number) for item in value)


def as_pairs(transform: Transform, name: str) -> list[tuple] | None:
    """The argument, two numbers or a list of such pairs, as a list of tuples; None stays."""
    value = getattr(transform, name)
    if value is None:
        return None
    pairs = [value] if is_pair(value) else value
    valid = isinstance(pairs, Sequence) and pairs and all(is_pair(pair) and min(pair) > 0 for pair in pairs)
    require(valid, transform, f'{name} must be two numbers above 0, or a list of such pairs, got {value!r}')
    return [tuple(pair) for pair in pairs]
