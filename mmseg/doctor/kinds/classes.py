"""Findings about the values of labels: which classes there are, and which values cannot be meant."""

from collections import Counter
from collections.abc import Iterator, Sequence

from mmseg.doctor.examination import Examination
from mmseg.doctor.finding import Finding
from mmseg.invocation import called
from mmseg.labels import IGNORED
from mmseg.trees.class_names import is_void
from mmseg.trees.values import ranges

_RARE = 0.001  # of the labelled pixels
_SOME = 1 / 3  # share of the labels that may be without a class, before that is how the data are


def binary_255(seen: Examination) -> Iterator[Finding]:
    """Masks of two values of which one is white."""
    reading = seen.reading
    if reading.white is not None:
        files = list(seen.trusted)
        white = reading.white
    else:
        files, white = _white_among_classes(seen), IGNORED
    if files:
        yield Finding.of('binary-255', 'error', files,
                         f'{len(files)} labels hold 0 and {white}: masks for people; the classes are 0 and 1, and 255 '
                         'is what is ignored',
                         f'write 1 instead: {called("new-config")} --write-masks does so beside them')


def _white_among_classes(seen: Examination) -> list[str]:
    """Labels with 0 and 255 of a tree whose classes are 0 and 1, where 255 never stands beside a 1."""
    if {value for value in seen.values.pixels if value != IGNORED} != {0, 1} or not seen.values.files[IGNORED]:
        return []
    if any({1, IGNORED} <= values for values in seen.values.sets) or (
            frozenset({0, IGNORED}) not in seen.values.sets):
        return []
    return [path for path, facts in seen.trusted.items() if IGNORED in facts.values]


def label_out_of_range(seen: Examination) -> Iterator[Finding]:
    """Values beyond the names, or far from all others."""
    reading = seen.reading
    if reading.white is not None:
        return
    files, values = [], Counter()
    for path, facts in seen.trusted.items():
        outside = {value for value in facts.values if not seen.is_meant(value)}
        known = (facts.values.keys() & seen.values.pixels.keys()) - {0}
        if outside and (known or not facts.header.deep):  # deep ones may be stretched: that is another kind
            files.append(path)
            values.update({value: facts.values[value] for value in outside})
    if files:
        beyond = f'the {reading.classes} classes that are named' if seen.tree.names or seen.given else 'the others'
        yield Finding.of('label-out-of-range', 'error', files,
                         f'{len(files)} labels hold values beyond {beyond}: {ranges(values)}, '
                         f'{sum(values.values())} pixels', 'correct them, add the missing names, or set them to '
                         f'{reading.ignore_index} to have them ignored')


def one_based_labels(seen: Examination) -> Iterator[Finding]:
    """Labels that count from 1."""
    reading, names = seen.fitting, seen.tree.names
    if not reading.reduce_zero_label or (seen.given and seen.given.reduce_zero_label):
        return
    named = names is not None and is_void(names.names[0])
    message = ('0 never occurs in the labels' if not seen.values.pixels[0] else
               f'0 is {names.names[0]}, no class' if named else
               f'with {reading.classes} classes the values 1 to {reading.classes} are classes, and 0 is none')
    yield Finding.of('one-based-labels', 'note' if named else 'warning', seen.trusted, message,
                     'set reduce_zero_label=True in the data sets and in LoadAnnotations')


def empty_label(seen: Examination) -> Iterator[Finding]:
    """Labels with nothing but the ignored value, or the background of several classes."""
    reading = seen.reading
    nothing = {reading.ignore_index}
    if reading.classes > 2 or reading.reduce_zero_label:
        nothing.add(0)
    white = reading.white is not None or bool(_white_among_classes(seen))
    files = [] if white else [path for path, facts in seen.trusted.items() if facts.values.keys() <= nothing]
    if files:
        few = len(files) <= max(1, _SOME * len(seen.trusted))
        severity = 'warning' if few and not _held_back(seen, files) else 'note'
        yield Finding.of('empty-label', severity, files,
                         f'{len(files)} labels hold nothing but {ranges(nothing)}: no class but the background, if any',
                         'label them, or take them out; leave them if these images really show nothing')


def _held_back(seen: Examination, empty: Sequence[str]) -> bool:
    """Whether these are all labels of the test split, where those who judge keep them, and no others."""
    tests = {label for label, split in seen.split_of_label.items() if split == 'test'}
    return set(empty) == tests


def rare_class(seen: Examination) -> Iterator[Finding]:
    """Classes of very few pixels."""
    total = sum(seen.pixels.values())
    rare = {value: count for value, count in seen.pixels.items() if 0 < count < _RARE * total}
    if rare:
        files = [path for path, facts in seen.trusted.items() if not rare.keys().isdisjoint(facts.values)]
        text = ', '.join(f'{seen.name_of(value)} {count / total:.3%}' for value, count in rare.items())
        yield Finding.of('rare-class', 'warning', files, f'classes of less than 0.1 % of the labelled pixels: {text}',
                         "give them weight: class_weight='auto' in the losses, or crops that show them "
                         '(cat_max_ratio)')


def missing_class(seen: Examination) -> Iterator[Finding]:
    """Classes that only one split has, and names without a pixel."""
    without = [seen.name_of(value) for value, count in seen.pixels.items() if not count] if seen.trusted else []
    lone, files = _in_one_split(seen)
    messages = [f'no pixel of {", ".join(without)}'] if without else []
    messages += [f'{seen.name_of(value)} occurs in {split} only' for value, split in lone.items()]
    if messages:
        files = files or ([seen.tree.names.path] if without and seen.tree.names else [])
        yield Finding.of('missing-class', 'warning', files, '; '.join(messages),
                         'take the names out, label some, or divide the images into other splits: what a split does '
                         'not show is neither learnt nor measured')


def _in_one_split(seen: Examination) -> tuple[dict[int, str], list[str]]:
    """{value: the only split that has it} and the labels that hold such, where several splits have labels."""
    splits = {}
    for label, split in seen.split_of_label.items():
        if label in seen.trusted:
            splits.setdefault(split, set()).update(seen.trusted[label].values)
    if len(splits) < 2:
        return {}, []
    places = {value: [split for split, values in splits.items() if value in values]
              for value, count in seen.pixels.items() if count}
    lone = {value: of[0] for value, of in places.items() if len(of) == 1}
    return lone, [label for label in seen.split_of_label
                  if label in seen.trusted and not lone.keys().isdisjoint(seen.trusted[label].values)]
