"""All that is known of a tree, in a few hundred bytes per file: what the kinds of findings look at."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TextIO

import numpy as np

from mmseg.labels import IGNORED
from mmseg.trees.class_names import ClassNames
from mmseg.trees.image_facts import ImageFacts
from mmseg.trees.label_facts import Colour, LabelFacts
from mmseg.trees.scanning import look_at_images, look_at_labels
from mmseg.trees.tree import Tree
from mmseg.trees.values import Reading, Values, can_be_trusted, read_values

_HARDLY = 0.1  # labels in which two classes touch, to one in which another class parts them
_KEPT_COLOURS, _MOST_COLOURS = 16, 4096  # of one label, and of all


@dataclass
class Examination:
    """A tree, and what was seen in its files.

    Attributes:
        tree: the files.
        images, labels: {path: what is known of it}.
        values: of the labels that can be trusted.
        colours: {colour: pixels} of the colour masks.
        crop: (height, width) of the crops to train on, or None.
        given: the reading that a config has; None takes what fits.
        resized: the largest size that an image of a given (height, width) may have before it is cropped.
    """

    tree: Tree
    images: Mapping[str, ImageFacts]
    labels: Mapping[str, LabelFacts]
    values: Values
    colours: Counter[Colour]
    crop: tuple[int, int] | None = None
    given: Reading | None = None
    resized: Callable[[tuple[int, int]], tuple[int, int]] = tuple

    @cached_property
    def fitting(self) -> Reading:
        """What the values mean, as they tell themselves."""
        return read_values(self.values, self.tree.names)

    @property
    def reading(self) -> Reading:
        """What the values are taken for."""
        return self.given or self.fitting

    @cached_property
    def trusted(self) -> dict[str, LabelFacts]:
        """The labels whose values count."""
        return {path: facts for path, facts in self.labels.items() if can_be_trusted(facts)}

    @cached_property
    def label_of(self) -> dict[str, str]:
        """{image: its label}."""
        return dict(self.tree.pairs.pairs)

    @cached_property
    def split_of_label(self) -> dict[str, str]:
        """{label: the split of its image}, where there are splits."""
        splits = self.tree.split_of()
        return {label: splits[image] for image, label in self.tree.pairs.pairs if image in splits}

    @cached_property
    def pixels(self) -> dict[int, int]:
        """{value: pixels} of the values that stand for a class, 0 for a name without any."""
        counted = {value: count for value, count in sorted(self.values.pixels.items()) if self.is_class(value)}
        names = self.tree.names
        values = names.numbers if names and self.reading.white is None else ()
        first = self.reading.first if names and len(names.names) == self.reading.classes else 0
        named = {value + first for value in values} - counted.keys()
        return dict(sorted({**dict.fromkeys((v for v in named if self.is_class(v)), 0), **counted}.items()))

    def is_class(self, value: int) -> bool:
        """Whether a value of the files stands for a class."""
        reading = self.reading
        if reading.white is not None:
            return value in (0, reading.white)
        return reading.is_class(value) and value != reading.ignore_index and value not in reading.outside

    def is_meant(self, value: int) -> bool:
        """Whether a value of the files stands for a class, or for what is ignored."""
        reading = self.reading
        return self.is_class(value) or value == reading.ignore_index or (reading.reduce_zero_label and value == 0)

    def name_of(self, value: int) -> str:
        """What a value of the files is called."""
        names = self.tree.names
        if names is None:
            return f'value {value}'
        place = 1 if value == self.reading.white else value
        shifted = place - self.reading.first if len(names.names) == self.reading.classes and not names.values else place
        return names.of_value(shifted) or f'value {value}'

    @cached_property
    def mean_and_std(self) -> tuple[list[float], list[float]] | None:
        """Of the RGB values, 0 to 255, over the pixels of the images; None of images of another kind."""
        sums = [facts.sums for facts in self.images.values() if facts.sums]
        if not sums:
            return None
        count = sum(one[0] for one in sums)
        mean, square = (np.sum([one[part] for one in sums], axis=0) / count for part in (1, 2))
        return mean.tolist(), np.sqrt(np.maximum(square - mean**2, 0)).tolist()

    @cached_property
    def sizes(self) -> Counter[tuple[int, int]]:
        """{(height, width): images}, as stored."""
        return Counter(facts.header.size for facts in self.images.values() if facts.header)


def examine(
    tree: Tree, crop: tuple[int, int] | None = None, nproc: int | None = None, progress: TextIO | None = None,
    known: Iterable[ImageFacts] | None = None,
) -> Examination:
    """Look at every file of a tree.

    Args:
        tree: the files.
        crop: (height, width) of the crops to train on.
        nproc: processes; None takes one per core.
        progress: where to draw a bar; None for none.
        known: what is known of the images, in their order; None looks at them, too.
    """
    images, labels = tree.images, tree.labels
    of_images = dict(zip(images, look_at_images(tree.root, images, nproc, progress) if known is None else known))
    return collect(tree, of_images, keep(labels, look_at_labels(tree.root, labels, nproc, progress)), crop)


@dataclass
class Labels:
    """What is kept of the labels.

    Attributes:
        facts: {path: what is known of it}.
        colours: {colour: pixels} of the colour masks that can be trusted.
        touching: {(low, high): labels} in which two classes lie side by side that have others between them.
    """

    facts: dict[str, LabelFacts] = field(default_factory=dict)
    touching: Counter[tuple[int, int]] = field(default_factory=Counter)
    colours: Counter[Colour] = field(default_factory=Counter)


def keep(paths: Sequence[str], facts: Iterable[LabelFacts]) -> Labels:
    """The facts of labels with the colours of all of them counted, and of each no more than a few."""
    kept = Labels()
    for path, one in zip(paths, facts):
        if one.colours:
            if not (one.between or one.lossy):
                kept.colours.update(one.colours)
            if len(kept.colours) > 16 * _MOST_COLOURS:
                kept.colours = Counter(dict(kept.colours.most_common(_MOST_COLOURS)))
            one = one._replace(colours=dict(Counter(one.colours).most_common(_KEPT_COLOURS)))
        if one.between or one.lossy:
            one = one._replace(values=dict(Counter(one.values).most_common(_KEPT_COLOURS)))
        kept.touching.update(pair for pair in one.touching if IGNORED not in pair)
        one = one._replace(touching=())
        kept.facts[path] = one
    return kept


def collect(
    tree: Tree, images: Mapping[str, ImageFacts], labels: Labels, crop: tuple[int, int] | None = None,
) -> Examination:
    """Put together what was seen.

    Of deep labels among others only those count that hold the others' values; of three equal channels among colours
    the value is a colour.
    """
    _as_colours(labels)
    _with_seams(labels)
    values, trusted = Values(), [facts for facts in labels.facts.values() if can_be_trusted(facts)]
    narrow = {value for facts in trusted if not facts.header.deep for value in facts.values}
    for facts in trusted:
        if not narrow or not facts.header.deep or facts.values.keys() <= narrow:
            values.add(facts.values)
    if tree.names and tree.names.of_objects and not _fit(tree.names, values):
        tree = replace(tree, names=None)
    return Examination(tree, images, labels.facts, values, labels.colours, crop)


def _fit(names: ClassNames, values: Values) -> bool:
    """Whether the values are those of the names, in the main."""
    there = values.pixels.keys() - {0, IGNORED}
    named = set(names.numbers) - {0}
    return not there or (there <= named and len(there) > len(named) / 2)


def _as_colours(labels: Labels) -> None:
    """Take grey in three channels for colours, where most of its kind are: a mask that is black throughout, say."""
    several = {path: facts for path, facts in labels.facts.items() if facts.channels > 2 and not facts.error}
    grey = {path: facts for path, facts in several.items() if facts.values and not facts.lossy}
    if len(grey) * 2 < len(several):
        for path, facts in grey.items():
            colours = {(value, value, value): count for value, count in facts.values.items()}
            labels.colours.update(colours)
            labels.facts[path] = facts._replace(values={}, colours=colours)


def _with_seams(labels: Labels) -> None:
    """Take values between others for a class of its own, where the others never touch without it: it was drawn so."""
    parted = {path: facts.seam for path, facts in labels.facts.items() if facts.seam is not None and not facts.lossy}
    for seam, count in Counter(parted.values()).items():
        together = max((files for (low, high), files in labels.touching.items() if low < seam < high), default=0)
        if together <= _HARDLY * count:
            for path in (path for path, middle in parted.items() if middle == seam):
                labels.facts[path] = labels.facts[path]._replace(between=False)
