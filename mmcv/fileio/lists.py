"""Text files of one entry per line."""

import io
import os
from collections.abc import Callable
from typing import Any

from .storage import get_text


def list_from_file(
    filename: str | os.PathLike, prefix: str = '', offset: int = 0, max_num: int = 0, encoding: str = 'utf-8',
    file_client_args: dict | None = None,
) -> list[str]:
    """The lines of a text file, without their ends.

    Args:
        filename: a path or an address.
        prefix: put before each.
        offset: how many to leave out at the beginning.
        max_num: how many to read at most; 0 reads all.
        encoding: of the file.
        file_client_args: where it lies, see :func:`mmcv.fileio.get_bytes`.
    """
    lines = list(io.StringIO(get_text(filename, encoding, **(file_client_args or {}))))
    return [prefix + line.rstrip('\r\n') for line in lines[offset:offset + max_num if max_num > 0 else None]]


def dict_from_file(
    filename: str | os.PathLike, key_type: Callable[[str], Any] = str, encoding: str = 'utf-8',
    file_client_args: dict | None = None,
) -> dict[Any, str | list[str]]:
    """A dict of the lines of a text file: their first word, and the one word or the list of words after it.

    Args:
        filename: a path or an address.
        key_type: makes the keys of the first words.
        encoding: of the file.
        file_client_args: where it lies, see :func:`mmcv.fileio.get_bytes`.

    Raises:
        ValueError: a line of one word.
    """
    mapping = {}
    for number, line in enumerate(list_from_file(filename, encoding=encoding, file_client_args=file_client_args), 1):
        key, *values = line.split() or ['']
        if not values:
            raise ValueError(f'{filename}:{number}: has to be a word and what belongs to it, not {line!r}')
        mapping[key_type(key)] = values[0] if len(values) == 1 else values
    return mapping
