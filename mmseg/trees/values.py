"""What the values in the labels of a tree mean: classes, the ignored value, whether they count from 1."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mmseg.labels import IGNORED

from .class_names import ClassNames, is_void
from .label_facts import LabelFacts

_FAR = 3  # how far beyond the others a value has to be, at least, to be strange
_MANY = 0.2  # share of the labels, from which on a strange value is meant
_FEW = 0.05  # share of the labels, or one of them, up to which a value is a mistake
_STRANGE = 16  # values that one label alone holds, from which on, and if others have fewer, it is none of theirs
_WHITE = 64  # the least value of the foreground of a mask that is meant for people


@dataclass(frozen=True)
class Reading:
    """How the labels are to be read.

    Attributes:
        classes: how many there are.
        ignore_index: the ignored value.
        reduce_zero_label: whether 0 is no class, and 1 the first one.
        why: which facts speak for that.
        outside: values that cannot be meant.
        white: the value of the foreground, of masks of two values such as 0 and 255; else None.
    """

    classes: int
    ignore_index: int = IGNORED
    reduce_zero_label: bool = False
    why: str = ''
    outside: frozenset[int] = frozenset()
    white: int | None = None

    def is_class(self, value: int) -> bool:
        """Whether a value of the files stands for a class."""
        return self.first <= value < self.first + self.classes

    @property
    def first(self) -> int:
        """The value of the first class."""
        return int(self.reduce_zero_label)


class Values:
    """How often each value occurs, and in how many labels, over those that can be trusted.

    Attributes:
        pixels, files: {value: how many}.
        labels: how many were counted.
    """

    def __init__(self) -> None:
        self.pixels: Counter[int] = Counter()
        self.files: Counter[int] = Counter()
        self.sets: Counter[frozenset[int]] = Counter()
        self.labels = 0

    def add(self, values: Mapping[int, int]) -> None:
        """Count one label."""
        self.pixels.update(values)
        self.files.update(values.keys())
        self.sets[frozenset(values)] += 1
        self.labels += 1


def can_be_trusted(facts: LabelFacts) -> bool:
    """Whether the values of a label are those that were meant."""
    return not (facts.error or facts.between or facts.lossy or facts.fractions) and bool(facts.values)


def read_values(values: Values, names: ClassNames | None = None) -> Reading:
    """Find out what the values mean.

    Args:
        values: of all labels.
        names: of the classes, if they are known.
    """
    there = set(values.pixels)
    if not there:
        return Reading(len(names.names) if names else 0, why='no label could be read')
    white = _white(values)
    if white is not None and (names is None or len(names.names) <= 2):
        return Reading(2, why=f'every label holds 0 and {white} and nothing else: two classes', white=white)
    ignored, outside = _beyond(values, names)
    classes = there - {ignored} - outside
    return _by_names(values, names, ignored, outside, classes) if names else _by_values(ignored, outside, classes)


def _white(values: Values) -> int | None:
    """The foreground's value of masks that have two values, 0 and a high one."""
    there = set(values.pixels)
    high = max(there)
    return high if high >= _WHITE and there == {0, high} else None


def _by_values(ignored: int, outside: set[int], classes: set[int]) -> Reading:
    top = max(classes, default=0)
    fits = f'the values that occur are {ranges(classes)}' + (f', and {ignored} for what is ignored'
                                                            if ignored is not None else '')
    if classes and 0 not in classes and min(classes) <= 2:  # 1 may be a class that nothing shows
        return Reading(top, IGNORED, True, f'{fits}; 0 never occurs', frozenset(outside))
    return Reading(top + 1, IGNORED if ignored is None else ignored, False, f'{fits}; 0 is the first class',
                   frozenset(outside))


def _by_names(
    values: Values, names: ClassNames, ignored: int | None, outside: set[int], classes: set[int]
) -> Reading:
    count = len(names.names)
    fits = f'{names.path} names {count} classes, and the values that occur are {ranges(classes)}'
    given = IGNORED if ignored is None else ignored
    void = next((value for value, name in enumerate(names.names) if is_void(name) and not names.values), None)
    if void and max(classes, default=0) < count:
        return Reading(count, void, False, f'{fits}; {void} is {names.names[void]}', frozenset(outside))
    if names.values:
        return Reading(max(names.values) + 1, given, False, fits, frozenset(outside))
    if is_void(names.names[0]) and max(classes, default=0) < count:
        return Reading(count - 1, IGNORED, True, f'{fits}; 0 is {names.names[0]}', frozenset(outside))
    full = count in classes and max(classes) == count and not _is_slip(values, count)
    if full or (count in classes and 0 not in classes):
        return Reading(count, IGNORED, True, f'{fits}: they count from 1', frozenset(outside - {count}))
    beyond = {value for value in classes if value >= count}
    return Reading(count, given, False, f'{fits}; 0 is {names.names[0]}', frozenset(outside | beyond))


def _is_slip(values: Values, value: int) -> bool:
    """Whether a value is in so few labels that it is a mistake; of a tree that has 0 throughout."""
    return values.files[0] > values.labels / 2 and values.files[value] <= max(1, _FEW * values.labels)


def _beyond(values: Values, names: ClassNames | None) -> tuple[int | None, set[int]]:
    """The ignored value, and values that are far from all others, or negative."""
    there = sorted(values.pixels)
    ignored = IGNORED if IGNORED in there else None
    inside = [value for value in there if value >= 0 and value != ignored]
    strange = {value for value in there if value < 0}
    for place in range(len(inside) - 1, 0, -1):
        gap = inside[place] - inside[place - 1]
        known = names is not None and inside[place] < (max(names.values) + 1 if names.values else len(names.names) + 1)
        if known or gap <= max(_FAR, place):
            continue
        above = set(inside[place:])
        whole = inside[place - 1] - inside[0] == place - 1 > 0  # the values below have no gap: classes are counted
        few = max(1, (_MANY if whole else _FEW) * values.labels)
        rare = all(values.files[value] <= few for value in above)
        void = ignored is None and len(above) == 1 and values.files[inside[place]] > _MANY * values.labels
        strange |= above if rare or void else set()
    strange |= _of_strangers(values, inside)
    if ignored is None:
        common = [value for value in strange if values.files[value] > max(1, _MANY * values.labels)]
        ignored = max(common, key=lambda value: values.files[value], default=None)
    return ignored, strange - {ignored}


def _of_strangers(values: Values, inside: list[int]) -> set[int]:
    """Values above all common ones, of few labels that hold more such than there are common ones: a picture, say."""
    few = _FEW * values.labels
    lonely = {value for value in inside if values.files[value] <= max(1, few)}
    common = set(inside) - lonely
    if not common:
        return set()
    found = [lonely & held for held in values.sets if len(lonely & held) > max(_STRANGE, len(common))]
    return {value for held in found for value in held if value > max(common)}


def ranges(values: Iterable[int]) -> str:
    """'0 to 5, 7, 9' of integers."""
    parts, values = [], sorted(values)
    for value in values:
        if parts and value == parts[-1][1] + 1:
            parts[-1][1] = value
        else:
            parts.append([value, value])
    texts = [f'{low} to {high}' if high > low + 1 else ', '.join(map(str, sorted({low, high}))) for low, high in parts]
    return ', '.join(texts[:12]) + (', ...' if len(texts) > 12 else '') or 'none'
