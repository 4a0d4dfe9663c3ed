"""Findings about images, and about files that cannot be read."""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from mmseg.doctor.examination import Examination
from mmseg.doctor.finding import Finding
from mmseg.trees.image_facts import ImageFacts

_CHANNELS = {1: 'grey', 2: 'grey with alpha', 3: 'colours', 4: 'colours with alpha, or for printing (CMYK)'}


def unreadable(seen: Examination) -> Iterator[Finding]:
    """Images and labels that are damaged, cut off, or not what their suffix says."""
    both = {**seen.images, **seen.labels}
    damaged = {path: facts.error for path, facts in both.items() if facts.error}
    strange = {path: facts.doubt for path, facts in both.items() if facts.doubt and not facts.error}
    if not damaged and not strange:
        return
    files = {**damaged, **strange}
    first = next(iter(files))
    verb = 'cannot be read' if damaged else 'are not what they should be'
    yield Finding.of('unreadable', 'error' if damaged else 'warning', files,
                     f'{len(files)} files {verb}: {first}: {files[first]}',
                     'fetch them again, or write them anew in the format of their suffix')


def blank_image(seen: Examination) -> Iterator[Finding]:
    """Images of one colour."""
    if files := [path for path, facts in _sound(seen) if facts.blank]:
        yield Finding.of('blank-image', 'warning', files, f'{len(files)} images are of one colour throughout',
                         'look at them, and take them out with their labels')


def mixed_channels(seen: Examination) -> Iterator[Finding]:
    """Grey images among coloured ones, alpha among those without."""
    files, counts = _minority(seen, lambda facts: facts.channels)
    if files:
        text = ', '.join(f'{count} {_CHANNELS.get(channels, f"{channels} channels")}' for channels, count in counts)
        yield Finding.of('mixed-channels', 'warning', files, f'not all images have the same channels: {text}',
                         'convert the few; LoadImageFromFile makes three channels of 8 bits of all of them, others may '
                         'not')


def mixed_depth(seen: Examination) -> Iterator[Finding]:
    """Images of 16 bits among those of 8."""
    files, counts = _minority(seen, lambda facts: facts.header.deep)
    if files:
        text = ', '.join(f'{count} of {"more than 8" if deep else "8"} bits' for deep, count in counts)
        yield Finding.of('mixed-depth', 'warning', files, f'not all images have the same depth: {text}',
                         'convert them to one depth: of 16 bits only the upper 8 are read, and what sensors give may '
                         'be dark then')


def smaller_than_crop(seen: Examination) -> Iterator[Finding]:
    """Images that a crop does not fit into."""
    if seen.crop is None:
        return
    high, wide = seen.crop
    small = {size for size in seen.sizes if any(np.less(seen.resized(size), seen.crop))}
    files = [path for path, facts in _sound(seen) if facts.header.size in small]
    if files:
        yield Finding.of('smaller-than-crop', 'warning', files,
                         f'{len(files)} images are smaller than the crop of {high}x{wide}: they are padded',
                         'take a smaller crop, or make the images larger (Resize)')


def _sound(seen: Examination) -> list[tuple[str, ImageFacts]]:
    return [(path, facts) for path, facts in seen.images.items() if not facts.error and facts.header]


def _minority(
    seen: Examination, trait: Callable[[ImageFacts], int | bool]
) -> tuple[list[str], list[tuple[int, int]]]:
    """The images that have not the trait that most have, and how many have which."""
    traits = {path: trait(facts) for path, facts in _sound(seen)}
    counts = Counter(traits.values()).most_common()
    return [path for path, one in traits.items() if one != counts[0][0]], counts
