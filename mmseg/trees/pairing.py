"""Which label belongs to which image, whatever their folders and affixes are called."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from .affixes import Affix, find_affixes
from .files import stem_of
from .words import place_of, split_of_folder, words


class Pairs(NamedTuple):
    """Paths, sorted.

    Attributes:
        pairs: (image, label).
        images: those without a label.
        labels: those without an image.
        doubles: (label, the images that it fits equally well); the first of them is in ``pairs``.
        spare: further labels (instances, colours, another version) of images that have one.
    """

    pairs: list[tuple[str, str]]
    images: list[str]
    labels: list[str]
    doubles: list[tuple[str, list[str]]]
    spare: list[str]


def pair(images: Sequence[str], labels: Sequence[str]) -> Pairs:
    """Pair by the rest of their names, and by the rest of their folders where several have that name.

    Args:
        images, labels: paths, relative to one folder.
    """
    of_images, of_labels = find_affixes(list(map(stem_of, images)), list(map(stem_of, labels)))
    roles = _folders_of_one(images, labels)
    by_key = _by_key(images, of_images, roles)
    pairs, doubles, spare, left = {}, [], [], []
    ranked = sorted((_rank(label, of_labels, by_key, roles), label) for label in labels)
    for rank, label in ranked:
        fits = [] if rank == len(of_labels) else by_key[_key(label, of_labels[rank], roles)]
        if not _add(pairs, doubles, label, fits):
            (spare if fits else left).append(label)
    alone = [image for image in images if image not in pairs]
    left = _pair_elsewhere(pairs, doubles, alone, left, (of_images, of_labels), roles)
    in_doubt = {image for _, several in doubles for image in several}
    alone = sorted(image for image in images if image not in pairs and image not in in_doubt)
    return Pairs(sorted(pairs.items()), alone, sorted(left), sorted(doubles), sorted(spare))


def _add(pairs: dict[str, str], doubles: list, label: str, fits: Sequence[str]) -> bool:
    """Give a label to the closest of the images that it fits and that are free; whether there is one."""
    free = [image for image in fits if image not in pairs]
    if not free:
        return False
    closest = max(_closeness(image, label) for image in free)
    equal = [image for image in free if _closeness(image, label) == closest]
    pairs[equal[0]] = label
    if len(equal) > 1:
        doubles.append((label, equal))
    return True


def _by_key(images: Iterable[str], affix: Affix, roles: frozenset[str]) -> dict[tuple, list[str]]:
    found = defaultdict(list)
    for image in images:
        found[_key(image, affix, roles)].append(image)
    return found


def _key(path: str, affix: Affix, roles: frozenset[str]) -> tuple[tuple[str, ...], str]:
    """Where a file lies, and what it is called, apart from what tells images from labels."""
    stem = stem_of(path)
    key = affix.key(stem)
    return place_of(path, roles), (stem if key is None else key).casefold()


def _rank(label: str, affixes: Sequence[Affix], by_key: dict, roles: frozenset[str]) -> int:
    """The first affix by which a label has an image; their number if none does."""
    return next((rank for rank, affix in enumerate(affixes) if affix.key(stem_of(label)) is not None
                 and _key(label, affix, roles) in by_key), len(affixes))


def _folders_of_one(images: Sequence[str], labels: Sequence[str]) -> frozenset[str]:
    """Folders in which all images lie and no label, or all labels and no image: their names tell the two apart."""
    of_images, of_labels = (list({PurePosixPath(path).parts[:-1] for path in paths}) for paths in (images, labels))
    shared = [set.intersection(*map(set, folders)) if folders else set() for folders in (of_images, of_labels)]
    used = [set().union(*folders) for folders in (of_images, of_labels)]
    return frozenset((shared[0] - used[1]) | (shared[1] - used[0]))


def _pair_elsewhere(
    pairs: dict[str, str], doubles: list, alone: Sequence[str], labels: Sequence[str],
    affixes: tuple[Affix, Sequence[Affix]], roles: frozenset[str],
) -> list[str]:
    """Pair by names alone what lies where the others have no folder; returns the labels that are left over."""
    places = {place_of(image, roles) for image in (*pairs, *alone)}
    by_name = defaultdict(list)
    for image in alone:
        by_name[_key(image, affixes[0], roles)[1]].append(image)
    left = []
    for label in labels:
        place = place_of(label, roles)
        names = {_key(label, affix, roles)[1] for affix in affixes[1] if affix.key(stem_of(label)) is not None}
        fits = [] if place in places and place else [
            image for name in sorted(names) for image in by_name[name] if _agree(image, label)]
        if not _add(pairs, doubles, label, fits):
            left.append(label)
    return left


def _agree(image: str, label: str) -> bool:
    """Whether their folders do not speak of different splits."""
    splits = {split_of_folder(image), split_of_folder(label)} - {None}
    return len(splits) < 2


def _closeness(image: str, label: str) -> int:
    """How many words the names of their folders share."""
    of_image, of_label = ({word for part in PurePosixPath(path).parts[:-1] for word in words(part)}
                          for path in (image, label))
    return len(of_image & of_label)
