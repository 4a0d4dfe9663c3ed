"""What is read of a label file."""

import io
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from mmcv.utils import one_line

from .image_facts import Header, decode_checked, read_header, strange_suffix

_MOST_VALUES = 4096  # of one file that are counted one by one
_LARGE = 1 << 16  # pixels, from which on every fourth row and column is looked at for values between others
# Share of the steps that pass through a value between, and some more, as a few are chance. Seen on CamVid: up to 0.02,
# 0.04 of masks resized by the nearest neighbour, 0.22 to 0.57 of masks that were resized or blurred as pictures. Of
# drawings of 40x40 to 512x512: 0.18 at most, of few steps, against 0.3 to 1.
_BETWEEN, _CHANCE = 0.13, 7
# Where most neighbours differ there are no areas, and so no borders: of classes drawn at random pixel by pixel a third
# of the steps have their middle between, of a picture that is blurred throughout nearly all of them.
# Bands of two pixels between are of three classes that were blurred, which have one at every border; a sliver of one
# class between two others is such a band too.
_AREAS, _BETWEEN_OF_FEW = 0.4, 0.5
# Of the runs of values that lead from one class to another through those between, a third at least are that narrow in
# a mask that was resized; where one class encloses another (a rim around a cup), narrow here and there, few are.
_NARROW, _MOSTLY = 4, 1 / 3
_SEAM = 4  # pixels, a drawn border is narrower
_TOUCHING = 4  # pixels, from which on two classes touch

Colour = tuple[int, int, int]


class LabelFacts(NamedTuple):
    """What is known of a label.

    Attributes:
        error, doubt: as of :class:`.image_facts.ImageFacts`.
        header: None of what is not an image.
        channels: that are stored; an index into a palette is one.
        alpha: whether one of them says how opaque a pixel is.
        lossy: whether it was stored in a way that changes values.
        fractions: whether there are numbers that are not whole.
        values: {value: pixels} of one channel, or of several that are equal.
        colours: {(red, green, blue): pixels} of several channels that differ.
        between: whether values between those of two neighbours stand along borders.
        seam: the class that is no more than a seam between others, where these are of one class.
        touching: (low, high) of classes of 8 bits that lie side by side and have others between them.
        palette: {value: colour} of a palette file, for the values that occur.
    """

    error: str = ''
    doubt: str = ''
    header: Header | None = None
    channels: int = 1
    alpha: bool = False
    lossy: bool = False
    fractions: bool = False
    values: Mapping[int, int] = {}
    colours: Mapping[Colour, int] = {}
    between: bool = False
    seam: int | None = None
    touching: tuple[tuple[int, int], ...] = ()
    palette: Mapping[int, Colour] = {}


def label_facts(path: str, content: bytes) -> LabelFacts:
    """Look at a label.

    Args:
        path: for its suffix.
        content: of the file.
    """
    if not content:
        return LabelFacts('the file is empty')
    try:
        header = read_header(content)
        stored, doubt = decode_checked(content, 'stored')
    except (ValueError, OSError, Image.DecompressionBombError) as error:
        return LabelFacts(one_line(error))
    header = header or Header('', stored.shape[:2], '', 1, stored.dtype.itemsize > 1)
    doubt = strange_suffix(path, header) or doubt
    planes = stored[..., None] if stored.ndim == 2 else stored
    alpha, channels = planes.shape[2] in (2, 4), planes.shape[2]
    planes = planes[..., :channels - alpha]
    if planes.shape[2] == 3 and header.deep:  # OpenCV reads deep colours, in its own order
        planes = planes[..., ::-1]
    lossy = header.format in ('JPEG', 'MPO') or (header.format == 'WEBP' and content[12:16] == b'VP8 ')
    facts = LabelFacts('', doubt, header, channels, alpha, lossy)
    if planes.shape[2] == 3 and not _all_equal(planes):
        if planes.dtype != np.uint8:
            return facts
        red, green, blue = (planes[..., channel].astype(np.int32) for channel in range(3))
        packed = red << 16 | green << 8 | blue
        colours = {(code >> 16, code >> 8 & 255, code & 255): count for code, count in count_values(packed).items()}
        return facts._replace(colours=colours, between=_has_between(_lines(red + 2 * green + 4 * blue)))
    plane = np.ascontiguousarray(planes[..., 0])
    if plane.dtype.kind == 'f':
        if not np.isfinite(plane).all() or (plane != np.floor(plane)).any():
            return facts._replace(fractions=True, between=_has_between(_lines(plane)))
        plane = plane.astype(np.int64)
    values = count_values(plane)
    palette = _palette(content, values) if header.mode == 'P' else {}
    directions = _lines(plane)
    if _has_between(directions):
        facts = facts._replace(between=True, seam=_seam(plane, directions))
    elif plane.dtype == np.uint8:
        facts = facts._replace(touching=_touching(directions))
    return facts._replace(values=values, palette=palette)


def _all_equal(planes: np.ndarray) -> bool:
    return all(np.array_equal(planes[..., 0], planes[..., channel]) for channel in range(1, planes.shape[2]))


def count_values(label: np.ndarray) -> dict[int, int]:
    """{value: pixels} of integers of any shape; of more than 4096 values the most frequent ones."""
    if label.dtype == bool:
        label = label.view(np.uint8)
    if label.dtype == np.uint8:  # without a sort
        counts = np.bincount(label.ravel())
        return {value: int(counts[value]) for value in np.flatnonzero(counts).tolist()}
    flat = label.ravel()
    starts = np.flatnonzero(np.concatenate([[True], flat[1:] != flat[:-1]])) if flat.size else np.empty(0, int)
    lengths = np.diff(np.append(starts, flat.size))
    values, places = np.unique(flat[starts], return_inverse=True)
    counts = np.bincount(places, lengths, len(values)).astype(np.int64)
    if len(values) > _MOST_VALUES:
        most = np.sort(np.argsort(-counts)[:_MOST_VALUES])
        values, counts = values[most], counts[most]
    return dict(zip(values.tolist(), counts.tolist()))


def _palette(content: bytes, values: Mapping[int, int]) -> dict[int, Colour]:
    with Image.open(io.BytesIO(content)) as image:
        flat = image.getpalette() or []
    return {value: tuple(flat[3 * value:3 * value + 3]) for value in values if 3 * value + 3 <= len(flat)}


def _has_between(directions: Sequence[np.ndarray]) -> bool:
    """Whether values run from one class to another by way of those between, as in a mask resized as a picture.

    Of all pairs in a row or column, one or two pixels apart, that differ by more than one, those are counted with
    nothing but values between their own in between; in a mask of classes these are rare, as a border has nothing
    between.
    """
    areas = np.mean([(lines[:, 1:] == lines[:, :-1]).mean() for lines in directions if lines.shape[1] > 1] or [1])
    for reach, limit in ((2, _BETWEEN if areas > _AREAS else _BETWEEN_OF_FEW), (3, _BETWEEN_OF_FEW)):
        steps, between = np.sum([_count_between(lines, reach) for lines in directions], axis=0)
        if between > limit * steps + _CHANCE:
            middles, lengths = _middle_runs(directions)
            return np.count_nonzero(lengths <= _NARROW) >= _MOSTLY * len(middles)
    return False


def _lines(plane: np.ndarray) -> list[np.ndarray]:
    """Rows and columns of a label, of a large one some of them, in a type that holds differences."""
    step = 4 if plane.size > _LARGE else 1
    kind = np.int16 if plane.dtype == np.uint8 else np.float32 if plane.dtype.kind == 'f' else np.int32
    return [np.ascontiguousarray(lines).astype(kind) for lines in (plane[::step], plane[:, ::step].T)]


def _middle_runs(directions: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The values and the lengths of the runs that lead from a lower value to a higher one, or back."""
    values, lengths = [], []
    for lines in directions:
        rows, ends = np.nonzero(lines[:, 1:] != lines[:, :-1])
        one, middle, other = lines[rows[:-1], ends[:-1]], lines[rows[1:], ends[1:]], lines[rows[1:], ends[1:] + 1]
        leads = (rows[1:] == rows[:-1]) & ((one < middle) == (middle < other))
        values.append(middle[leads])
        lengths.append((ends[1:] - ends[:-1])[leads])
    return np.concatenate(values), np.concatenate(lengths)


def _seam(plane: np.ndarray, directions: Sequence[np.ndarray]) -> int | None:
    """The one class that leads from others to others, if it is nowhere more than a few pixels wide: a drawn border."""
    middles, lengths = _middle_runs(directions)
    found = np.unique(middles[lengths <= _NARROW])
    if len(found) != 1 or cv2.erode((plane == found[0]).astype(np.uint8), np.ones((_SEAM, _SEAM), np.uint8)).any():
        return None
    return int(found[0])


def _touching(directions: Sequence[np.ndarray]) -> tuple[tuple[int, int], ...]:
    """Of rows and columns of 8 bits."""
    counts = np.zeros(1 << 16, np.int64)
    for lines in directions:
        one, other = lines[:, 1:], lines[:, :-1]
        apart = np.abs(one - other) > 1
        low, high = np.minimum(one, other)[apart].astype(np.int64), np.maximum(one, other)[apart].astype(np.int64)
        counts += np.bincount(low << 8 | high, minlength=len(counts))
    return tuple((code >> 8, code & 255) for code in np.flatnonzero(counts >= _TOUCHING).tolist())


def _count_between(lines: np.ndarray, reach: int) -> tuple[int, int]:
    """Pairs in a row, ``reach`` pixels apart, that differ by over one, and those with only values between theirs."""
    size = max(0, lines.shape[1] - reach)
    one, other = lines[:, :size], lines[:, reach:]
    far = np.abs(one - other) > 1
    low, high = np.minimum(one, other), np.maximum(one, other)
    passes = far.copy()
    for place in range(1, reach):
        middle = lines[:, place:place + size]
        passes &= (low < middle) & (middle < high)
    return int(far.sum()), int(passes.sum())
