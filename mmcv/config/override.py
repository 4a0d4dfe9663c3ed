"""What a config has to say to become another one by inheritance."""

import numpy as np

from .merge import DELETE_KEY


class NoOverride(ValueError):
    """A base has a top-level key that the wanted config lacks: nothing that inherits from it can be without it."""


def override(base: dict, wanted: dict) -> dict:
    """The smallest dict that, laid over ``base`` (see :mod:`.merge`), gives ``wanted``.

    Args:
        base, wanted: resolved configs, or sections of such. Lists and tuples are kept apart, and replaced as a whole.

    Raises:
        NoOverride: a key of ``base`` is not in ``wanted``.
    """
    if missing := base.keys() - wanted.keys():
        raise NoOverride(', '.join(sorted(map(str, missing))))
    result = {}
    for key, value in wanted.items():
        if key not in base:
            result[key] = value
        elif not same(base[key], value):
            result[key] = _change(base[key], value)
    return result


def _change(old: object, new: object) -> object:
    if not isinstance(new, dict):
        return new
    try:
        return override(old, new) if isinstance(old, dict) else {DELETE_KEY: True, **new}
    except NoOverride:
        return {DELETE_KEY: True, **new}


def same(one: object, other: object) -> bool:
    """Whether two values of configs are equal, tuples apart from lists and True apart from 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other
