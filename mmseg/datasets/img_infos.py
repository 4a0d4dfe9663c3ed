"""The list of a data set's images, small enough for millions of them in every worker."""

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mmcv.utils import print_log
from mmcv.utils.errors import ConfigFileNotFoundError
from mmseg.logger import get_root_logger

from .missing_files import count_images, describe_counts, describe_link, named, refuse_missing, require_folder
from .name_list import read_names
from .suffixes import Endings, Suffixes, find_endings


class ImgInfos(Sequence):
    """Reads like a list of ``dict(filename=..., ann=dict(seg_map=...))``, and keeps one buffer of names.

    A list of a million dicts costs 500 bytes per image, and as Python counts references inside of each object, every
    forked worker soon has a copy of its own. Two flat buffers cost the name plus 8 bytes, and stay shared.

    Args:
        stems: file names without the image suffix.
        img_suffix: completes a stem to the image's name.
        seg_map_suffix: completes a stem to the label's name; None where there are no labels.
        missing_labels: how many labels were not there.
    """

    def __init__(
        self, stems: Iterable[str], img_suffix: str | Endings, seg_map_suffix: str | Endings | None,
        missing_labels: int = 0,
    ) -> None:
        stems = list(stems)
        self._names = os.fsencode(''.join(stems))
        if len(self._names) > sum(map(len, stems)):  # letters of several bytes
            stems = [os.fsencode(stem) for stem in stems]
        self._ends = np.concatenate([[0], np.cumsum(np.fromiter(map(len, stems), np.int64, len(stems)))])
        self._img_endings = Endings(img_suffix) if isinstance(img_suffix, str) else img_suffix
        self._label_endings = Endings(seg_map_suffix) if isinstance(seg_map_suffix, str) else seg_map_suffix
        self.missing_labels = missing_labels

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int | slice) -> dict | list[dict]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(f'image {index} of {len(self)}')
        index %= len(self)
        start, end = self._ends[index:][:2]
        stem = os.fsdecode(self._names[start:end])
        info = {'filename': stem + self._img_endings[index]}
        if self._label_endings is not None:
            info['ann'] = {'seg_map': stem + self._label_endings[index]}
        return info

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(a == b for a, b in zip(self, other))

    __hash__ = None

    def __repr__(self) -> str:
        return f'{type(self).__name__}({len(self)} images)'


class Scan(NamedTuple):
    """What lies in a folder and those below it; hidden files and folders do not count.

    Attributes:
        names: of the files that fit, relative to the folder and with '/'.
        others: those of the other files.
        dead: links that lead nowhere, and whose names fit.
        dead_folders: those that lead nowhere, and whose names have no extension, as those of folders.
    """

    names: list[str]
    others: list[str]
    dead: list[str]
    dead_folders: list[str]


def scan_files(root: str, suffixes: Suffixes) -> Scan:
    """Look through a folder and those below it.

    Raises:
        OSError: a folder cannot be read.
    """
    found, folders, usual = Scan([], [], [], []), [''], suffixes.first
    while folders:
        folder = folders.pop()
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                name = entry.name
                if name.startswith('.'):
                    continue
                fits = name.endswith(usual) or suffixes.fit(name)
                if fits and entry.is_file():
                    found.names.append(folder + name)
                elif entry.is_dir():
                    folders += [] if entry.is_symlink() and _leads_up(entry.path) else [f'{folder}{name}/']
                elif entry.is_file():
                    found.others.append(folder + name)
                elif entry.is_symlink() and fits:
                    found.dead.append(folder + name)
                elif entry.is_symlink() and not os.path.splitext(name)[1]:
                    found.dead_folders.append(folder + name)
    return found


def _leads_up(link: str) -> bool:
    """Whether a link leads to a folder that it lies in: one could go in circles for ever."""
    target = os.path.realpath(link)
    return os.path.commonpath([target, os.path.realpath(os.path.dirname(link))]) == target


def list_images(
    img_dir: str,
    img_suffix: str | Sequence[str],
    ann_dir: str | None = None,
    seg_map_suffix: str | Sequence[str] = '.png',
    split: str | None = None,
    labels_needed: bool = False,
    file_client_args: Mapping | None = None,
) -> ImgInfos:
    """Find the images of a data set, and see that all files are there before any is read.

    Args:
        img_dir, ann_dir: the folders of the images and of the label maps.
        img_suffix, seg_map_suffix: one ending or several, the preferred one first. Files whose endings differ from
            them in upper and lower case count too.
        split: a text file of names without suffix, in the order wanted; None takes all files in sorted order.
        labels_needed: whether every image needs a label map in ``ann_dir``.
        file_client_args: of :func:`mmcv.fileio.get_bytes`, for reading ``split``.

    Raises:
        ConfigFileNotFoundError: a folder or ``split`` is not there, there are no images, files are missing, or links
            lead nowhere.
    """
    img_suffixes, label_suffixes = Suffixes(img_suffix, 'img_suffix'), Suffixes(seg_map_suffix, 'seg_map_suffix')
    for key, folder in (('img_dir', img_dir), ('ann_dir', ann_dir)):
        require_folder(key, folder)
    if split is None:
        of_labels = label_suffixes if _is_below(ann_dir, img_dir) else None
        stems, img_endings = _from_folder(img_dir, img_suffixes, of_labels)
    else:
        stems, img_endings = _from_split(split, img_dir, img_suffixes, file_client_args)
    if ann_dir is None:
        return ImgInfos(stems, img_endings, None)
    label_endings, missing = find_endings(ann_dir, stems, label_suffixes)
    if labels_needed:
        refuse_missing('label', ann_dir, missing, len(stems))
    return ImgInfos(stems, img_endings, label_endings, len(missing))


def _is_below(ann_dir: str | None, img_dir: str) -> bool:
    root = os.path.abspath(img_dir)
    return ann_dir is not None and os.path.commonpath([root, os.path.abspath(ann_dir)]) == root


def _from_split(
    split: str, img_dir: str, suffixes: Suffixes, file_client_args: Mapping | None
) -> tuple[list[str], Endings]:
    stems = read_names(split, 'split', file_client_args)
    if not stems:
        raise ConfigFileNotFoundError(f'no images: split: {split!r} names none')
    endings, missing = find_endings(img_dir, stems, suffixes)
    if missing and any('\\' in name for name in missing):  # a list that was written under Windows
        stems = [stem.replace('\\', '/') for stem in stems]
        endings, missing = find_endings(img_dir, stems, suffixes)
    refuse_missing('image', img_dir, missing, len(stems))
    return stems, endings


def _from_folder(img_dir: str, suffixes: Suffixes, of_labels: Suffixes | None) -> tuple[list[str], Endings]:
    """The stems of the images in sorted order, and their endings.

    Args:
        img_dir: the folder.
        suffixes: endings of the images.
        of_labels: endings of files that are no images, because the labels lie in the same folder.
    """
    found = scan_files(img_dir, suffixes)
    others = count_images(name for name in found.others if of_labels is None or not of_labels.fit(name))
    if found.dead:
        raise ConfigFileNotFoundError(f'img_dir: {_dead_links(img_dir, found.dead)}')
    if found.dead_folders:
        _warn(_dead_links(img_dir, found.dead_folders))
    if not found.names:
        there = f', there are {describe_counts(others)}' if others else ''
        raise ConfigFileNotFoundError(
            f'no images: img_dir: no file below {img_dir!r} ends in {suffixes} (img_suffix){there}')
    names = sorted(found.names)
    together, end = '\0'.join([*names, '']), f'{suffixes.first}\0'  # of all names at once, as there may be many
    if suffixes.single and together.count(end) == len(names):
        stems, endings = together.replace(end, '\0').split('\0')[:-1], Endings(suffixes.first)
    else:
        stems, endings, doubles = _by_rank(names, suffixes)
        others += count_images(doubles)
    if others:
        _warn(f'{describe_counts(others)} below {img_dir!r} are left out: they do not end in {suffixes}, or an image '
              'of the same name does; img_suffix takes a list of endings')
    return stems, endings


def _dead_links(img_dir: str, names: Sequence[str]) -> str:
    first = describe_link(os.path.join(img_dir, min(names)))
    return (f'{len(names)} of the links below {img_dir!r} lead nowhere: {named(sorted(names))}{first}: mount what they '
            'lead to, or remove them')


def _warn(message: str) -> None:
    print_log(message, get_root_logger(), logging.WARNING)


def _by_rank(names: list[str], suffixes: Suffixes) -> tuple[list[str], Endings, list[str]]:
    """Stems and endings of names, and the names that are left out: of files of one stem the preferred ending counts."""
    best, doubles = {}, []
    for name in names:
        stem, ending = suffixes.split(name)
        other = best.setdefault(stem, ending)
        if other != ending:
            best[stem], worse = sorted((ending, other), key=suffixes.rank)
            doubles.append(stem + worse)
    return list(best), Endings(list(best.values())), doubles
