"""What a sequence holds, and sequences cast, cut and joined, for code written for mmcv 1.x."""

import functools
import itertools
from collections.abc import Callable, Iterable, Sequence


def is_str(x: object) -> bool:
    """Whether ``x`` is a string."""
    return isinstance(x, str)


def is_seq_of(seq: object, expected_type: type | tuple, seq_type: type | None = None) -> bool:
    """Whether ``seq`` is a sequence (of ``seq_type``, if given) whose items are all of ``expected_type``."""
    return isinstance(seq, seq_type or Sequence) and all(isinstance(x, expected_type) for x in seq)


def is_list_of(seq: object, expected_type: type | tuple) -> bool:
    """Whether ``seq`` is a list whose items are all of ``expected_type``."""
    return is_seq_of(seq, expected_type, list)


def is_tuple_of(seq: object, expected_type: type | tuple) -> bool:
    """Whether ``seq`` is a tuple whose items are all of ``expected_type``."""
    return is_seq_of(seq, expected_type, tuple)


def to_ntuple(n: int) -> Callable[[object], tuple]:
    """A function that repeats a scalar ``n`` times; an iterable just becomes a tuple."""

    def parse(x: object) -> tuple:
        return tuple(x) if isinstance(x, Iterable) else (x,) * n

    return parse


to_1tuple, to_2tuple, to_3tuple, to_4tuple = map(to_ntuple, (1, 2, 3, 4))


def iter_cast(inputs: Iterable, dst_type: type, return_type: type | None = None) -> Iterable:
    """Convert every item to ``dst_type``; give them as an iterator or as a ``return_type``.

    Raises:
        TypeError: ``inputs`` cannot be iterated over, or ``dst_type`` is no type.
    """
    if not isinstance(dst_type, type):
        raise TypeError(f'dst_type has to be a type, not {dst_type!r}')
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
