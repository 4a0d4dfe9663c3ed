"""What fits a tree in a config."""

from collections.abc import Mapping, Sequence

from mmseg.trees.class_names import is_void
from mmseg.trees.layout import find_layout

from .examination import Examination
from .kinds.labels import class_colours

_DIGITS = 3  # of mean and deviation
_PLAIN = ('background', 'foreground')


def advise(seen: Examination) -> dict:
    """What to set in a config, as plain values.

    Returns:
        ``classes, palette, num_classes, ignore_index, reduce_zero_label, img_norm_cfg``, what of it is known, and the
        arguments of a data set for each split.
    """
    reading = seen.reading
    classes = class_names(seen)
    config = {'classes': classes, 'num_classes': len(classes), 'ignore_index': reading.ignore_index,
              'reduce_zero_label': reading.reduce_zero_label}
    if colours := palette(seen):
        config['palette'] = colours
    if stats := rounded_stats(seen):
        mean, std = stats
        config['img_norm_cfg'] = {'mean': mean, 'std': std, 'to_rgb': True}
    config['data'] = {split: layout for split, images in (seen.tree.splits or {'train': seen.tree.images}).items()
                      if (layout := _data_set(seen, images))}
    return config


def rounded_stats(seen: Examination) -> tuple[list[float], list[float]] | None:
    """Mean and deviation with as many digits as a config has."""
    return seen.mean_and_std and tuple([round(value, _DIGITS) for value in part] for part in seen.mean_and_std)


def class_names(seen: Examination) -> list[str]:
    """The name of each class, in the order of their indices; those of a file where there is one that fits."""
    reading, names = seen.reading, seen.tree.names
    if seen.colours and not seen.trusted:
        return _of_colours(seen)
    if names is None:
        return list(_PLAIN) if reading.white is not None else [f'class_{index}' for index in range(reading.classes)]
    listed = [names.of_value(value) for value in range(reading.classes + 1)]
    shift = reading.first if len(names.names) > reading.classes else 0  # the first name is that of the void
    return [listed[index + shift] or f'class_{index}' for index in range(reading.classes)]


def _of_colours(seen: Examination) -> list[str]:
    names, colours = seen.tree.names, class_colours(seen)
    if names and names.palette:
        return [name for name in names.names if not is_void(name)]
    if names and len(names.names) == len(colours):
        return list(names.names)
    return [f'class_{index}' for index in range(len(colours))]


def palette(seen: Examination) -> list[list[int]] | None:
    """A colour per class: of the masks, of a file, or of the palettes in the labels; None if there are none."""
    reading, names = seen.reading, seen.tree.names
    if seen.colours and not seen.trusted:
        return [list(colour) for colour in class_colours(seen)]
    if names and names.palette and not names.values and len(names.palette) >= reading.classes:
        shift = reading.first if len(names.names) > reading.classes else 0
        return [list(colour) for colour in names.palette[shift:shift + reading.classes]]
    seen_colours = {}
    for facts in seen.trusted.values():
        for value, colour in facts.palette.items():
            seen_colours.setdefault(value, colour)
    colours = [seen_colours.get(index + reading.first) for index in range(reading.classes)]
    return [list(colour) for colour in colours] if colours and all(colours) and len(set(colours)) > 1 else None


def _data_set(seen: Examination, images: Sequence[str]) -> Mapping[str, object] | None:
    """The arguments of a data set of these images; None if none of them has a label, or names differ by too much."""
    chosen = set(images)
    layout = find_layout([pair for pair in seen.tree.pairs.pairs if pair[0] in chosen])
    if layout is None:
        return None
    lists = [one.path for one in seen.tree.lists if one.split and set(one.images) == chosen]
    return {**layout.arguments, **({'split': lists[0]} if lists else {})}
