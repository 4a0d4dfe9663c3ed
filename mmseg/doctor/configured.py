"""The tree that a config trains, validates and tests on, and how it reads the labels."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from mmcv.utils import ConfigError
from mmcv.utils.origins import locate
from mmseg.checks import ChangesSizes
from mmseg.datasets import DATASETS
from mmseg.datasets.custom import CustomDataset
from mmseg.datasets.inner_configs import dataset_arguments
from mmseg.datasets.pipelines.crop import RandomCrop
from mmseg.trees.class_names import ClassNames
from mmseg.trees.pairing import Pairs
from mmseg.trees.roles import Roles
from mmseg.trees.tree import Tree, read_folders
from mmseg.trees.values import Reading
from mmseg.zoo import read_config

_SECTIONS = ('train', 'val', 'test')
_PLACES = ('img_dir', 'ann_dir', 'split')

Size = tuple[int, int]


class Configured(NamedTuple):
    """What a config says.

    Attributes:
        tree: the files.
        reading: how it reads the labels.
        crop: (height, width) of the crops to train on, or None.
        resized: the largest (height, width) that an image of a given size may have before it is cropped.
    """

    tree: Tree
    reading: Reading
    crop: Size | None
    resized: Callable[[Size], Size]


def read_configured(name: str) -> Configured:
    """The tree of a config, with all its data sets, as far as they are of images and label maps in folders.

    Args:
        name: its path or bare name.

    Raises:
        ConfigError: no such config, or no such data set in it.
    """
    data = read_config(name).get('data', {})
    parts = [(section, dataset) for section in _SECTIONS for dataset in _unread(data.get(section))]
    if not parts:
        raise ConfigError(f'{name}: no data set of images and label maps in folders; give --img-dir and --ann-dir')
    first = parts[0][1]
    known = {value: text for value, text in first.label_mapping().items() if text is not None}
    starts = int(first.reduce_zero_label)
    plain = list(known) == list(range(starts, starts + len(known)))
    names = ClassNames(name, tuple(known.values()), None if plain else tuple(known)) if known else None
    reading = Reading(max(known, default=starts - 1) + 1 - starts, first.ignore_index, first.reduce_zero_label,
                      f'{name} says so')
    root = os.path.commonpath([os.path.abspath(folder) for _, one in parts for folder in (one.img_dir, one.ann_dir)])
    trees = [(section, read_folders(one.img_dir, one.ann_dir, one.split, names, root)) for section, one in parts]
    crop, resized = _crop(first.pipeline.transforms)
    return Configured(_joined(root, trees, names), reading, crop, resized)


def _unread(cfg: object) -> Iterator[CustomDataset]:
    """The data sets of a section, wrapped or listed, each as its class makes it, but without its list of images."""
    if isinstance(cfg, (list, tuple)):
        for part in cfg:
            yield from _unread(part)
        return
    if not isinstance(cfg, Mapping) or 'type' not in cfg:
        return
    kind = DATASETS.find(cfg['type'], locate(cfg, 'type'))
    for key in dataset_arguments(kind, cfg, DATASETS):
        yield from _unread(cfg[key])
    if not issubclass(kind, CustomDataset) or cfg.get('ann_dir') is None:
        return
    lists = {key: cfg[key] for key in _PLACES if isinstance(cfg.get(key), (list, tuple))}
    unread = type(kind.__name__, (kind,), {'load_annotations': lambda *_, **__: []})
    for index in range(max(map(len, lists.values()), default=1)):
        chosen = {key: values[index % len(values)] for key, values in lists.items()}
        yield unread(**{key: value for key, value in cfg.items() if key not in ('type', 'separate_eval')} | chosen)


def _crop(transforms: Sequence[object]) -> tuple[Size | None, Callable[[Size], Size]]:
    """The crop of a pipeline, and what becomes of a size before it."""
    places = [place for place, transform in enumerate(transforms) if isinstance(transform, RandomCrop)]
    if not places:
        return None, lambda size: size
    before = [transform for transform in transforms[:places[0]] if isinstance(transform, ChangesSizes)]

    def resized(size: Size) -> Size:
        sizes = tuple((side, side) for side in size)
        for transform in before:
            sizes = transform.sizes_after(sizes) or sizes
        return tuple(high for _, high in sizes)

    return tuple(transforms[places[0]].crop_size), resized


def _joined(root: str, trees: Sequence[tuple[str, Tree]], names: ClassNames | None) -> Tree:
    """One tree of those of all sections, each of which is a split; files that several of them have count once."""
    splits, lists = {}, {}
    for section, tree in trees:
        splits.setdefault(section, []).extend(tree.images)
        lists.update({one.path: replace(one, split=section) for one in tree.lists})
    if splits.get('test') == splits.get('val'):  # as most configs have it
        splits.pop('test', None)

    def union(paths: Callable[[Tree], Sequence]) -> list:
        return sorted({path if isinstance(path, str) else tuple(path) for _, tree in trees for path in paths(tree)})

    paired = {image for _, tree in trees for image, _ in tree.pairs.pairs}
    pairs = Pairs(
        union(lambda tree: tree.pairs.pairs), [image for image in union(lambda tree: tree.pairs.images)
                                               if image not in paired],
        union(lambda tree: tree.pairs.labels),
        [double for _, tree in trees for double in tree.pairs.doubles], union(lambda tree: tree.pairs.spare))
    roles = Roles(union(lambda tree: tree.roles.images), union(lambda tree: tree.roles.labels), [])
    unlisted = union(lambda tree: tree.unlisted)
    return Tree(root, roles, pairs, list(lists.values()), splits, names, [], unlisted)
