"""Writes index masks beside a folder, and gives the tree that they make with its images."""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple, TextIO

import numpy as np

from mmcv.utils import ConfigError
from mmseg.doctor import Examination
from mmseg.doctor.advice import class_names, palette
from mmseg.evaluation.label_maps import save_label_map
from mmseg.palette import random_palette
from mmseg.trees.class_names import ClassNames
from mmseg.trees.pairing import Pairs
from mmseg.trees.roles import Roles
from mmseg.trees.scanning import in_processes
from mmseg.trees.splits import NamedImages
from mmseg.trees.tree import Tree

from .coco import read_coco
from .colours import MaskReader, reader_for
from .cvat import read_cvat
from .labelme import read_labelme
from .shapes import Drawing, Drawings, rasterise, values_of
from .yolo import read_yolo

_IGNORED_COLOUR = 224, 224, 192


@dataclass(frozen=True)
class Mask:
    """One mask that is to be written: of the image, from a mask file or from a drawing."""

    image: str
    target: str
    source: str | None = None
    drawing: Drawing | None = None
    size: tuple[int, int] = (0, 0)


class _Plan(NamedTuple):
    masks: list[Mask]
    names: list[str]
    palette: list[list[int]]
    reader: MaskReader | None = None
    values: Mapping[str, int] | None = None
    splits: Mapping[str, list[str]] = {}


def write_masks(seen: Examination, nproc: int | None = None, progress: TextIO | None = None) -> Tree:
    """Write a mask of class indices for each image, into the folder ``DIR_masks`` beside DIR; images keep their order.

    Args:
        seen: a tree with masks for people, or with files of COCO, labelme, CVAT or YOLO.
        nproc: processes; None takes one per core.
        progress: where to draw a bar.

    Raises:
        ConfigError: nothing that masks could be made of.
    """
    root = Path(os.path.abspath(seen.tree.root))
    out = root.with_name(f'{root.name}_masks')
    plan = _from_masks(seen, out) if seen.tree.pairs.pairs else _from_drawings(seen, out)
    colours = np.zeros((256, 3), np.uint8)
    colours[:len(plan.palette)] = plan.palette
    colours[255] = _IGNORED_COLOUR
    for _ in in_processes(partial(_write, str(root), plan.reader, plan.values, colours), plan.masks, nproc, progress):
        pass
    print(f'{out}: {len(plan.masks)} masks of {", ".join(plan.names)}')
    return _tree(seen, root, out, plan)


def _from_masks(seen: Examination, out: Path) -> _Plan:
    reader = reader_for(seen)
    masks = [Mask(image, str(out / _named(image)), label) for image, label in seen.tree.pairs.pairs
             if not seen.labels[label].error]
    if reader.colours:
        names = _as_many(seen, len(reader.colours))
        return _Plan(masks, names, [list(colour) for colour in reader.colours], reader)
    names = _as_many(seen, 2) if reader.white is not None else class_names(seen)
    return _Plan(masks, names, palette(seen) or [[0, 0, 0], *random_palette(max(1, len(names) - 1))], reader)


def _as_many(seen: Examination, count: int) -> list[str]:
    """Names of so many classes: those of the tree where they are as many."""
    names = class_names(seen)
    if len(names) == count:
        return names
    return ['background', 'foreground'] if count == 2 else [f'class_{index}' for index in range(count)]


def _from_drawings(seen: Examination, out: Path) -> _Plan:
    tree = seen.tree
    sizes = {path: facts.header.upright for path, facts in seen.images.items() if facts.header and not facts.error}
    found = read_coco(tree.root, tree.hints) or read_labelme(tree.root, tree.hints) or read_cvat(
        tree.root, tree.hints) or read_yolo(tree.root, tree.hints, sizes, tree.names)
    if found is None:
        raise ConfigError(f'{tree.root}: --write-masks finds neither masks nor files of COCO, labelme, CVAT or YOLO: '
                          'name the folders with --img-dir and --ann-dir')
    values, names = values_of(_in_order(found, tree.names))
    known = NamedImages(list(sizes))
    masks, splits = [], defaultdict(list)
    for drawing in found.drawings:
        image = known.find(drawing.image, drawing.split)
        if image is not None:
            masks.append(Mask(image, str(out / _named(image)), None, drawing, drawing.size or sizes[image]))
            if drawing.split:
                splits[drawing.split].append(image)
    if not masks:
        raise ConfigError(f'{found.where}: none of its {len(found.drawings)} images is below {tree.root}')
    return _Plan(masks, names, _colours(names, tree.names), None, values, splits)


def _colours(names: Sequence[str], told: ClassNames | None) -> list[list[int]]:
    """A colour per class: black for the background, those that the tool has, and others."""
    known = dict(zip(told.names, told.palette)) if told and told.palette else {}
    others = [[0, 0, 0], *random_palette(len(names))]
    return [list(known.get(name, colour)) for name, colour in zip(names, others)]


def _in_order(found: Drawings, names: ClassNames | None) -> list[str]:
    """The classes in the order of the names, if these are about the same."""
    return list(names.names) if names and set(found.names) <= set(names.names) else found.names


def _named(image: str) -> str:
    """The mask's path; one image's only, as the tree has no two of one name in a folder that have labels."""
    return PurePosixPath(image).with_suffix('.png').as_posix()


def _write(
    root: str, reader: MaskReader | None, values: Mapping[str, int] | None, colours: np.ndarray, mask: Mask
) -> None:
    label = reader.read(os.path.join(root, mask.source)) if mask.source else rasterise(mask.drawing, mask.size, values)
    save_label_map(Path(mask.target), label, colours)


def _tree(seen: Examination, root: Path, out: Path, plan: _Plan) -> Tree:
    """Images and new masks, below the folder that holds both."""
    above = root.parent

    def below(paths: Sequence[str]) -> list[str]:
        return [f'{root.name}/{path}' for path in paths]

    pairs = [(f'{root.name}/{mask.image}', Path(mask.target).relative_to(above).as_posix()) for mask in plan.masks]
    images = below(seen.tree.images)
    labelled = {image for image, _ in pairs}
    alone = [image for image in images if image not in labelled]
    names = ClassNames('what was written', tuple(plan.names), None, tuple(map(tuple, plan.palette)))
    splits = {split: below(part) for split, part in (seen.tree.splits or plan.splits).items()}
    return Tree(str(above), Roles(images, [label for _, label in pairs], []), Pairs(sorted(pairs), alone, [], [], []),
                splits=splits, names=names, unlisted=alone)
