"""The doctor in a second: what a sample of a data set's files shows, before it is trained on."""

import os
import time
from collections.abc import Iterable

from mmseg.trees.class_names import ClassNames
from mmseg.trees.pairing import Pairs
from mmseg.trees.roles import Roles
from mmseg.trees.scanning import look_at_images, look_at_labels
from mmseg.trees.tree import Tree
from mmseg.trees.values import Reading

from .examination import collect, keep
from .finding import Finding
from .kinds import KINDS

# Those that a file or two can tell; what all of them together tell is for the whole doctor.
_KINDS = (
    'size-mismatch', 'exif-rotation', 'unreadable', 'colour-mask', 'alpha-label', 'lossy-label', 'interpolated-label',
    'wide-label', 'palette-differs', 'binary-255', 'label-out-of-range', 'one-based-labels')


def look_at_sample(
    pairs: Iterable[tuple[str, str]], mapping: dict[int, str | None], ignore_index: int | None, seconds: float,
) -> list[Finding]:
    """What the kinds that need no more than some files find in as many pairs as can be read in some seconds.

    Args:
        pairs: paths of images and labels, those first that are to be read first.
        mapping: what each value in the labels means: a class's name, or None where it is ignored.
        ignore_index: the ignored value, or None.
        seconds: for reading.
    """
    end, read, images, labels = time.monotonic() + seconds, [], {}, {}
    for image, label in pairs:
        if time.monotonic() > end:
            break
        if not (os.path.isfile(image) and os.path.isfile(label)):
            continue  # who trains on it says so
        images[image], = look_at_images('', [image], nproc=1)
        labels[label], = look_at_labels('', [label], nproc=1)
        read.append((image, label))
    classes = {value: name for value, name in mapping.items() if name is not None}
    if not read or not classes:
        return []
    first = min(classes)
    plain = list(classes) == list(range(first, first + len(classes))) and first < 2
    names = ClassNames('the config', tuple(classes.values())) if plain else None
    tree = Tree('', Roles(list(images), list(labels), []), Pairs(sorted(read), [], [], [], []), names=names)
    seen = collect(tree, images, keep(list(labels), labels.values()))
    reduced = first == 1 and 0 in mapping
    seen.given = Reading(max(classes) + 1 - reduced, ignore_index, reduced, 'the config says so')
    return [finding for kind in _KINDS for finding in KINDS[kind](seen) if finding.severity != 'note']
