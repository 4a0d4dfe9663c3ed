"""The files below a folder: pictures, and others that may tell something of them."""

import os
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from mmcv.utils.errors import ConfigFileNotFoundError
from mmseg.datasets.img_infos import scan_files
from mmseg.datasets.missing_files import PICTURES
from mmseg.datasets.suffixes import Suffixes

_HINTS = ('.txt', '.lst', '.csv', '.names', '.json', '.xml', '.yaml', '.yml', '.data')
_LOCK = '~$'  # begins the name of what an office program leaves beside a file that is open
_NOT_DATA = {'__MACOSX', '__pycache__', 'node_modules', '@eaDir'}


class Files(NamedTuple):
    """What lies below a folder, by paths relative to it, with '/', in sorted order.

    Attributes:
        pictures: files whose names end as those of images do.
        hints: texts, tables, json and the like.
    """

    pictures: list[str]
    hints: list[str]


def find_files(root: str) -> Files:
    """Look through a folder and those below it; hidden ones do not count.

    Raises:
        ConfigFileNotFoundError: there is no such folder.
    """
    if not os.path.isdir(root):
        raise ConfigFileNotFoundError(f'there is no folder {root!r}')
    found = scan_files(root, Suffixes(PICTURES, 'suffix'))
    hints = [name for name in found.others if name.lower().endswith(_HINTS)]
    return Files(_of_data([*found.names, *found.dead]), _of_data(hints))


def _of_data(names: Iterable[str]) -> list[str]:
    paths = ((name, PurePosixPath(name)) for name in names)
    return sorted(name for name, path in paths if _NOT_DATA.isdisjoint(path.parts) and not path.name.startswith(_LOCK))


def stem_of(path: str) -> str:
    """The name of a file without its folders and its last suffix."""
    return PurePosixPath(path).name.removesuffix(suffix_of(path))


def suffix_of(path: str) -> str:
    """The last suffix of a file's name, as it is written."""
    return PurePosixPath(path).suffix
