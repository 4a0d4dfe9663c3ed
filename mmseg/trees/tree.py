"""A data set as it lies on a disk: images, labels, which belong together, splits, class names."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from mmcv.utils import ConfigError

from .class_names import ClassNames, find_class_names
from .files import Files, find_files, stem_of
from .pairing import Pairs, pair
from .roles import Roles, assign_roles
from .splits import SplitList, images_of, lists_of_one, read_lists, splits_by_folder, splits_by_lists


@dataclass(frozen=True)
class Tree:
    """What lies below a folder; all paths are relative to it, with '/'.

    Attributes:
        root: the folder.
        roles: images, labels, and pictures that are neither.
        pairs: which belong together, and what is left over.
        lists: text files that name images.
        splits: {'train', 'val', 'test': images}; empty where there is no split.
        names: of the classes, where a file has them.
        hints: texts, tables, json and the like.
        unlisted: images without a label that no list names, where there are lists: not meant to have one.
    """

    root: str
    roles: Roles
    pairs: Pairs
    lists: list[SplitList] = field(default_factory=list)
    splits: dict[str, list[str]] = field(default_factory=dict)
    names: ClassNames | None = None
    hints: list[str] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)

    @property
    def images(self) -> list[str]:
        """All images, with a label or without."""
        return self.roles.images

    @property
    def labels(self) -> list[str]:
        """All labels, with an image or without, but not the spare ones."""
        spare = set(self.pairs.spare)
        return [label for label in self.roles.labels if label not in spare]

    def split_of(self) -> dict[str, str]:
        """{image: the split that it is in}; of one that is in several, the first."""
        found = {}
        for split, images in self.splits.items():
            for image in images:
                found.setdefault(image, split)
        return found


def read_tree(root: str, names: ClassNames | None = None) -> Tree:
    """Find out what a folder holds.

    Raises:
        ConfigError: there is no such folder, or no image in it.
    """
    files = find_files(root)
    return _tree(root, files, assign_roles(root, files.pictures), names)


def read_folders(
    img_dir: str, ann_dir: str, split: str | None = None, names: ClassNames | None = None, root: str | None = None,
) -> Tree:
    """As :func:`read_tree`, of two folders of which is known what they hold.

    Args:
        img_dir, ann_dir: the folders of the images and of the labels.
        split: a list of the images that count.
        names: of the classes.
        root: what paths are relative to; None takes the lowest folder that holds both.
    """
    root = root or os.path.commonpath([os.path.abspath(img_dir), os.path.abspath(ann_dir)])
    images, labels = (_below(folder, root) for folder in (img_dir, ann_dir))
    roles = Roles(images.pictures, labels.pictures, [])
    if shared := set(roles.images) & set(roles.labels):  # one folder inside of the other, or the same one
        apart = assign_roles(root, sorted(set(roles.images) | set(roles.labels)))
        own = set(roles.labels) - shared if len(shared) < len(roles.labels) else set(roles.images) - shared
        inner = len(shared) == len(roles.labels) and bool(own)
        roles = Roles(sorted(own), roles.labels, []) if inner else apart
    listed = images_of(root, os.path.relpath(split, root), roles.images) if split else None
    if listed:
        roles = Roles(sorted(listed.images), _labels_of(roles, listed.images), [])
    hints = sorted({*images.hints, *labels.hints, *_below(root, root, deep=False).hints})
    return _tree(root, Files([], hints), roles, names, [listed] if listed else None)


def _labels_of(roles: Roles, images: Sequence[str]) -> list[str]:
    """Labels without those of images that a list leaves out."""
    chosen = set(images)
    left_out = {label for image, label in pair(roles.images, roles.labels).pairs if image not in chosen}
    return [label for label in roles.labels if label not in left_out]


def _tree(
    root: str, files: Files, roles: Roles, names: ClassNames | None, lists: list[SplitList] | None = None
) -> Tree:
    if not roles.images:
        raise ConfigError(f'{root}: there are no images below it' + (
            f', only {len(roles.labels)} labels' if roles.labels else ''))
    pairs = pair(roles.images, roles.labels)
    labelled = {image for image, _ in pairs.pairs}
    if lists is None:
        lists = lists_of_one(read_lists(root, files.hints, roles.images), labelled)
    of_folders = splits_by_folder(roles.images)
    splits = splits_by_lists(lists) or of_folders
    listed = {image for one in lists for image in one.images}
    unlisted = [image for image in pairs.images if listed and image not in listed]
    tests = of_folders.get('test', [])
    if labelled.isdisjoint(tests):  # their labels are held back
        unlisted += sorted(set(tests) - set(unlisted))
    names = names or find_class_names(root, files.hints, set(map(stem_of, roles.images)))
    return Tree(root, roles, pairs, lists, splits, names, files.hints, unlisted)


def _below(folder: str, root: str, deep: bool = True) -> Files:
    """The files below a folder, relative to another one."""
    if not os.path.isdir(folder):
        find_files(folder)
    if not deep:
        inside = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
        return Files([], [name for name in inside if name.lower().endswith(('.txt', '.json', '.yaml', '.csv'))])
    prefix = os.path.relpath(os.path.abspath(folder), root).replace(os.sep, '/')
    found = find_files(folder)
    return found if prefix == '.' else Files(*([f'{prefix}/{name}' for name in names] for names in found))
