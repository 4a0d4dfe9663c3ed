"""The list of a data set's images, small enough for millions of them in every worker."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from mmcv.fileio import get_bytes
from mmcv.utils.errors import ConfigFileNotFoundError

_NAMED = 3  # missing files that an error names; the rest is counted
_LISTED = 100  # files of one folder from which on it is listed


def scan_files(root: str, suffix: str) -> list[str]:
    """Names, relative to ``root`` and with '/', of the files below it that end in ``suffix``; hidden ones are left out.

    Raises:
        OSError: a folder cannot be read.
    """
    found, folders = [], ['']
    while folders:
        folder = folders.pop()
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                if entry.name.startswith('.'):
                    continue
                if entry.name.endswith(suffix) and entry.is_file():
                    found.append(folder + entry.name)
                elif entry.is_dir():
                    folders.append(f'{folder}{entry.name}/')
    return found


class ImgInfos(Sequence):
    """Reads like a list of ``dict(filename=..., ann=dict(seg_map=...))``, and keeps one buffer of names.

    A list of a million dicts costs 500 bytes per image, and as Python counts references inside of each object, every
    forked worker soon has a copy of its own. Two flat buffers cost the name plus 8 bytes, and stay shared.

    Args:
        stems: file names without the image suffix.
        img_suffix: completes a stem to the image's name.
        seg_map_suffix: completes a stem to the label's name; None where there are no labels.
    """

    def __init__(self, stems: Iterable[str], img_suffix: str, seg_map_suffix: str | None) -> None:
        encoded = [os.fsencode(stem) for stem in stems]
        self._names = b''.join(encoded)
        self._ends = np.cumsum([0, *map(len, encoded)])
        self._img_suffix = img_suffix
        self._seg_map_suffix = seg_map_suffix

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int | slice) -> dict | list[dict]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(f'image {index} of {len(self)}')
        start, end = self._ends[index % len(self):][:2]
        stem = os.fsdecode(self._names[start:end])
        info = {'filename': stem + self._img_suffix}
        if self._seg_map_suffix is not None:
            info['ann'] = {'seg_map': stem + self._seg_map_suffix}
        return info

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(a == b for a, b in zip(self, other))

    __hash__ = None

    def __repr__(self) -> str:
        return f'{type(self).__name__}({len(self)} images)'


def list_images(
    img_dir: str,
    img_suffix: str,
    ann_dir: str | None = None,
    seg_map_suffix: str = '.png',
    split: str | None = None,
    labels_needed: bool = False,
    file_client_args: Mapping | None = None,
) -> ImgInfos:
    """Find the images of a data set, and see that all files are there before any is read.

    Args:
        split: a text file of names without suffix, in the order wanted; None takes all files in sorted order.
        labels_needed: whether every image needs a label map in ``ann_dir``.
        file_client_args: of :func:`mmcv.fileio.get_bytes`, for reading ``split``.

    Raises:
        ConfigFileNotFoundError: a folder or ``split`` is not there, there are no images, or files are missing.
    """
    for key, folder in (('img_dir', img_dir), ('ann_dir', ann_dir)):
        require_folder(key, folder)
    if split is None:
        names = sorted(scan_files(img_dir, img_suffix))
        stems = [name.removesuffix(img_suffix) for name in names]
    else:
        stems = _read_split(split, file_client_args or {})
    if not stems:
        empty = f'split: {split!r} names none'
        if split is None:
            empty = f'img_dir: no file below {img_dir!r} ends in {img_suffix!r} (img_suffix)'
        raise ConfigFileNotFoundError(f'no images: {empty}')
    if split is not None:
        require_files('image', img_dir, [stem + img_suffix for stem in stems])
    if ann_dir is not None and labels_needed:
        require_files('label', ann_dir, [stem + seg_map_suffix for stem in stems])
    return ImgInfos(stems, img_suffix, None if ann_dir is None else seg_map_suffix)


def require_folder(key: str, folder: str | None) -> None:
    """Raise a ConfigFileNotFoundError that names ``key`` unless the folder exists; None and addresses pass."""
    if folder is not None and '://' not in folder and not os.path.isdir(folder):
        raise ConfigFileNotFoundError(f'{key}: there is no folder {folder!r}: set {key} to where the data lies')


def _read_split(split: str, file_client_args: Mapping) -> list[str]:
    try:
        lines = get_bytes(split, **file_client_args).decode('utf-8').splitlines()
    except FileNotFoundError as error:
        raise ConfigFileNotFoundError(f'split: there is no file {split!r}') from error
    return [line.strip() for line in lines if line.strip()]


def require_files(kind: str, folder: str, names: Sequence[str]) -> None:
    """Raise a ConfigFileNotFoundError that counts and names what is missing; addresses pass.

    Args:
        kind: 'image' or 'label', for the message.
        folder: where the files are to be.
        names: relative to it.
    """
    if '://' in folder:
        return
    groups = defaultdict(list)
    for name in names:
        groups[name.rpartition('/')[0]].append(name)
    there = set().union(*(_existing(folder, sub, group) for sub, group in groups.items()))
    missing = [name for name in names if name not in there] if len(there) < len(names) else []
    if missing:
        named = ', '.join(missing[:_NAMED]) + (', ...' if len(missing) > _NAMED else '')
        raise ConfigFileNotFoundError(f'{len(missing)} of {len(names)} {kind}s are missing in {folder!r}: {named}')


def _existing(root: str, sub: str, names: list[str]) -> Iterable[str]:
    """Those of the names, all in the folder ``sub`` below ``root``, that are files.

    A folder is listed once if many of its files are named: on a network each question takes its time.
    """
    folder = os.path.join(root, sub)
    if len(names) < _LISTED or not os.path.isdir(folder):
        return [name for name in names if os.path.isfile(os.path.join(root, name))]
    prefix = f'{sub}/' if sub else ''
    with os.scandir(folder) as entries:
        listed = {prefix + entry.name for entry in entries if entry.is_file()}
    return listed.intersection(names)
