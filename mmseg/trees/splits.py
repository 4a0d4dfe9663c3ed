"""Which images are for training, validation and testing: by lists of names, or by the folders that they lie in."""

import csv
import os
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from mmcv.utils import ConfigError
from mmseg.datasets.missing_files import PICTURES
from mmseg.datasets.name_list import read_names

from .files import stem_of
from .words import SPLITS, plain, split_of_folder, words

_LISTS = ('.txt', '.lst', '.csv')
_FILLING = {'split', 'splits', 'list', 'lists', 'set', 'sets', 'image', 'images', 'img', 'imgs', 'file', 'files',
            'name', 'names', 'id', 'ids', 'data', 'fold', 'filenames', 'all', 'default'}


@dataclass(frozen=True)
class SplitList:
    """A text file that names images.

    Attributes:
        path: relative to the tree.
        split: 'train', 'val' or 'test'; None of a list of several of them (trainval).
        images: those that it names and that are there.
        missing: names of which no image is there.
    """

    path: str
    split: str | None
    images: tuple[str, ...]
    missing: tuple[str, ...]


class NamedImages:
    """Images by the last parts of their paths, with suffix and without."""

    def __init__(self, images: Sequence[str]) -> None:
        self._by_name: Mapping[str, list[str]] = defaultdict(list)
        for image in images:
            self._by_name[plain(stem_of(image))].append(image)

    def find(self, name: str, split: str | None = None) -> str | None:
        """The image of a name; of several the one whose folders are most like it, first in the split that is given."""
        path = PurePosixPath(plain(name.replace('\\', '/')))
        stem = path.name[:-len(path.suffix)] if path.suffix.lower() in PICTURES else path.name
        fits = self._by_name.get(stem, [])
        if len(fits) < 2:
            return fits[0] if fits else None
        folders = [part for part in path.parts[:-1] if part not in ('.', '..')]
        same = [image for image in fits if not path.suffix or image.lower().endswith(path.suffix.lower())] or fits
        return max(same, key=lambda image: (_shared(folders, PurePosixPath(plain(image)).parts[:-1]),
                                            split is not None and split_of_folder(image) == split))


def read_lists(root: str, hints: Sequence[str], images: Sequence[str]) -> list[SplitList]:
    """The files among the hints that list images, by name, with or without folder and suffix.

    Args:
        root: the folder.
        hints: texts, relative to it.
        images: pictures that can be meant, relative to it.
    """
    known = NamedImages(images)
    found = []
    for path in hints:
        said = [word for word in words(stem_of(path)) if not word.isdigit()]
        if path.lower().endswith(_LISTS) and said and set(said) <= SPLITS.keys() | _FILLING | {'trainval'}:
            splits = {SPLITS[word] for word in said if word in SPLITS}
            listed = read_list(root, path, known, splits.pop() if len(splits) == 1 else None)
            found += [listed] if listed is not None else []
    return found


def lists_of_one(lists: Sequence[SplitList], labelled: Collection[str]) -> list[SplitList]:
    """The lists of one division of the images, where there are several.

    Folds of a cross-validation and the tasks of Pascal VOC divide the same images each in its own way: lists of one
    folder and one number belong together, and those count whose images have labels.

    Args:
        lists: all of them.
        labelled: images that have a label.
    """
    groups = defaultdict(list)
    for one in lists:
        groups[PurePosixPath(one.path).parent, tuple(re.findall(r'\d+', stem_of(one.path)))].append(one)
    whole = [group for group in groups.values() if len({one.split for one in group} - {None}) > 1]
    if len(whole) < 2:
        return list(lists)

    def labelled_share(group: Sequence[SplitList]) -> float:
        images = [image for one in group for image in one.images]
        return sum(image in labelled for image in images) / max(1, len(images))

    return max(whole, key=labelled_share)


def read_list(root: str, path: str, known: NamedImages, split: str | None) -> SplitList | None:
    """A list of images; None if the text is about something else."""
    try:
        names = _names_in(root, path)
    except ConfigError:
        return None
    listed = _looked_up(names, path, known, split)
    listing = listed.images and len(listed.images) >= 0.3 * len(names)
    if not listing and (split in (None, 'test') or any(' ' in name for name in names) or not names):
        return None
    return listed


def images_of(root: str, path: str, images: Sequence[str]) -> SplitList:
    """The list that a user names.

    Raises:
        ConfigError: it cannot be read, or names nothing.
    """
    listed = _looked_up(_names_in(root, path), path, NamedImages(images), 'train')
    if not listed.images:
        raise ConfigError(f'split: {path!r} names no image')
    return listed


def _names_in(root: str, path: str) -> list[str]:
    lines = read_names(os.path.join(root, path), 'split')
    told = [line for line in lines if not (line.startswith('#') and ' ' in line)]  # the head of a table
    return [name for line in told if (name := _first_column(line, path))]


def _looked_up(names: Sequence[str], path: str, known: NamedImages, split: str | None) -> SplitList:
    places = [known.find(name) for name in names]
    images = tuple(dict.fromkeys(image for image in places if image is not None))
    missing = tuple(name for name, image in zip(names, places) if image is None)
    if missing and missing[0] == names[0] and path.lower().endswith('.csv'):
        missing = missing[1:]  # the head of a table
    return SplitList(path, split, images, missing)


def _shared(folders: Sequence[str], others: Sequence[str]) -> int:
    """How many of the innermost folders are the same."""
    return next((count for count, (one, other) in enumerate(zip(folders[::-1], others[::-1])) if one != other),
                min(len(folders), len(others)))


def _first_column(line: str, path: str) -> str:
    """The image of a line that may name its label, or a class, behind it."""
    if path.lower().endswith('.csv') or ',' in line:
        line = next(csv.reader([line]), [''])[0]
    if '\t' in line:
        return line.split('\t')[0].strip()
    first, *rest = re.split(r'\s+', line.strip())
    several = rest and (rest[-1].lower().endswith(PICTURES) or re.fullmatch(r'-?\d+', rest[-1]))
    numbers = len(rest) > 1 and all(re.fullmatch(r'-?\d+', one) for one in rest)
    return first if several and (first.lower().endswith(PICTURES) or numbers) else line.strip()


def splits_by_folder(images: Sequence[str]) -> dict[str, list[str]]:
    """{'train', 'val' or 'test': images}, as far as folders tell."""
    found = defaultdict(list)
    for image in images:
        if split := split_of_folder(image):
            found[split].append(image)
    return dict(found)


def splits_by_lists(lists: Sequence[SplitList]) -> dict[str, list[str]]:
    """{'train', 'val' or 'test': images}, each image once per split."""
    found = defaultdict(dict)
    for one in lists:
        if one.split:
            found[one.split].update(dict.fromkeys(one.images))
    return {split: list(images) for split, images in found.items()}
