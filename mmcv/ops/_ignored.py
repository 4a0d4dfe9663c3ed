"""The ignored label as the compiled operators take it."""

from numbers import Integral

import torch

_NO_LABEL = torch.iinfo(torch.int64).min


def ignored_value(ignore_index: int | None, operator: str) -> int:
    """The integer for ``ignore_index``: for None one that no label has, so that nothing is ignored.

    Raises:
        ValueError: it is neither an integer nor None.
    """
    if ignore_index is None:
        return _NO_LABEL
    if not isinstance(ignore_index, Integral):
        raise ValueError(f'{operator}: ignore_index is {ignore_index!r}; it must be an integer, or None if nothing is '
                         'ignored')
    return int(ignore_index)
