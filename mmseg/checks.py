"""What the parts of a run say of themselves and of their partners before anything is trained.

A loss, head, backbone, segmentor, transform, data set, wrapper or hook that offers ``check(facts)`` is asked once, at
the start of a run; what it finds is shown with the key, the file and line that set it, and the mend.
"""

import dataclasses
import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

#: The lowest and the highest height, and the lowest and the highest width, in pixels.
Sizes = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Problem:
    """What a part finds wrong.

    Attributes:
        key: where in the section of the part, 'loss_decode[1].class_weight'; '' for the part itself.
        message: what is wrong, to be read after the key: 'has 2 weights for 3 classes'.
        mend: what to do about it.
        warning: whether the run may go on.
    """

    key: str
    message: str
    mend: str
    warning: bool = False

    def within(self, section: str) -> 'Problem':
        """The same, seen from outside of the section."""
        dot = '.' if section and self.key and not self.key.startswith('[') else ''
        return dataclasses.replace(self, key=f'{section}{dot}{self.key}')


@dataclass(frozen=True)
class Facts:
    """What a part is told of its partners; None where nobody knows.

    Attributes:
        channels: of the images that the loader delivers.
        image_size: (H, W) of those images; to transforms, see ``sizes``.
        turned: a photograph that is as large before it is turned by EXIF as afterwards, and its orientation tag.
        sizes: to a transform: the range of the heights, and that of the widths, of the images that come to it.
        features: to a neck or a head: the channels of each map that it gets.
        logits: to a loss: the channels of the logits.
        num_classes: of the labels.
        fields: of a sample.
        missing: a field that a transform looked for in a sample, and did not find.
        formatted: whether images come as (C, H, W), and not as they were loaded.
        metrics: to what judges a model: the names that an evaluation will give.
    """

    channels: int | None = None
    image_size: tuple[int, int] | None = None
    turned: tuple[str, int] | None = None
    sizes: Sizes | None = None
    features: tuple[int, ...] | None = None
    logits: int | None = None
    num_classes: int | None = None
    fields: tuple[str, ...] | None = None
    missing: str | None = None
    formatted: bool = True
    metrics: tuple[str, ...] | None = None

    def but(self, **changes: object) -> 'Facts':
        """The same, with some of them changed."""
        return dataclasses.replace(self, **changes)


@runtime_checkable
class ChecksItself(Protocol):
    """Says what is wrong with it, or between it and its partners; the argument has to be called ``facts``."""

    def check(self, facts: Facts) -> list[Problem]: ...


@runtime_checkable
class ChangesSizes(Protocol):
    """A transform after which images have other sizes."""

    def sizes_after(self, sizes: Sizes) -> Sizes | None:
        """The range of heights and of widths that come out of those that come in; None if nobody knows."""


def check_part(part: object, facts: Facts, section: str = '') -> list[Problem]:
    """The problems of a part, or of each part of a list, their keys within ``section``; none of one that has no check.

    Args:
        part: a part, or several in an order that is also that of the config.
        facts: what it is told.
        section: its key.
    """
    if (isinstance(part, Sequence) and not isinstance(part, str)) or _is_module_list(part):
        return [problem.within(section) for i, one in enumerate(part) for problem in check_part(one, facts, f'[{i}]')]
    if not isinstance(part, ChecksItself) or 'facts' not in inspect.signature(part.check).parameters:
        return []  # a user's method of that name may be about something else
    return [problem.within(section) for problem in part.check(facts)]


def _is_module_list(part: object) -> bool:
    return isinstance(part, Iterable) and type(part).__name__ == 'ModuleList'
