"""Where the images and labels of a list of pairs lie, as a data set is told: two folders and two endings."""

import os
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from .affixes import Affix, find_affixes
from .files import stem_of, suffix_of

_MOST_ENDINGS = 6


class Layout(NamedTuple):
    """Paths are ``img_dir/NAME + ending`` and ``ann_dir/NAME + ending``.

    Attributes:
        img_dir, ann_dir: folders, '' for the root.
        img_suffix, seg_map_suffix: the endings, the most frequent one first.
        names: one per pair.
    """

    img_dir: str
    ann_dir: str
    img_suffix: tuple[str, ...]
    seg_map_suffix: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def arguments(self) -> dict[str, str | list[str]]:
        """Those of a data set: folders, and one ending or several."""
        endings = {key: list(values) if len(values) > 1 else values[0] for key, values in (
            ('img_suffix', self.img_suffix), ('seg_map_suffix', self.seg_map_suffix))}
        return {'img_dir': self.img_dir, 'ann_dir': self.ann_dir, **endings}


def find_layout(pairs: Sequence[tuple[str, str]]) -> Layout | None:
    """The layout of pairs of paths; None if names differ by more than folder and ending."""
    if not pairs:
        return None
    images, labels = zip(*pairs)
    of_images, of_labels = find_affixes(*([stem_of(path) for path in paths] for paths in (images, labels)))
    img_dir, ann_dir = _folder_of(images), _folder_of(labels)
    names, endings = [], ([], [])
    for image, label in pairs:
        name, ending = _cut(image, img_dir, [of_images])
        for option, of_label in (_cut(label, ann_dir, [affix]) for affix in of_labels):
            if option == name:
                endings[0].append(ending)
                endings[1].append(of_label)
                break
        else:
            return None
        names.append(name)
    img_suffix, seg_map_suffix = map(_by_frequency, endings)
    if max(len(img_suffix), len(seg_map_suffix)) > _MOST_ENDINGS:
        return None
    return Layout(img_dir, ann_dir, img_suffix, seg_map_suffix, tuple(names))


def _folder_of(paths: Sequence[str]) -> str:
    """The innermost folder that all of them lie in."""
    folders = {str(PurePosixPath(path).parent) for path in paths}
    common = os.path.commonpath(folders).replace(os.sep, '/')
    return '' if common == '.' else common


def _cut(path: str, folder: str, affixes: Iterable[Affix]) -> tuple[str, str]:
    """The name of a file below a folder without its ending, and the ending."""
    inside = path[len(folder) + 1:] if folder else path
    suffix = suffix_of(path)
    for affix in affixes:
        if affix.key(stem_of(path)) is not None:
            suffix = affix.tail + suffix
    return inside[:len(inside) - len(suffix)], suffix


def _by_frequency(endings: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set(endings), key=lambda ending: (-endings.count(ending), ending)))
