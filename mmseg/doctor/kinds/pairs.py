"""Findings about images and labels that do not go together."""

from collections import Counter
from collections.abc import Iterator, Sequence

from mmseg.doctor.examination import Examination
from mmseg.doctor.finding import Finding
from mmseg.invocation import called
from mmseg.trees.files import suffix_of
from mmseg.trees.image_facts import Header

_MINORITY = 1 / 3  # share of the files, up to which another suffix is a slip


def image_without_label(seen: Examination) -> Iterator[Finding]:
    """Images of which no label is there."""
    pairs = seen.tree.pairs
    unlisted = set(seen.tree.unlisted)
    alone = [image for image in pairs.images if image not in unlisted]
    if alone and not pairs.pairs:
        yield Finding.of('image-without-label', 'error', alone, f'none of {len(alone)} images has a label',
                         'name the folders with --img-dir and --ann-dir; polygons and boxes become masks with '
                         f'{called("new-config")} --write-masks')
    elif alone:
        yield Finding.of('image-without-label', 'error', alone, f'{len(alone)} images have no label',
                         'label them, or take them out')
    elif unlisted:
        yield Finding.of('image-without-label', 'note', sorted(unlisted),
                         f'{len(unlisted)} images have no label, and no split that is trained on names them', 'nothing')


def label_without_image(seen: Examination) -> Iterator[Finding]:
    """Labels of which no image is there."""
    if alone := seen.tree.pairs.labels:
        yield Finding.of('label-without-image', 'warning', alone, f'{len(alone)} labels have no image',
                         'fetch the images, or take the labels out')


def duplicate_name(seen: Examination) -> Iterator[Finding]:
    """Labels that fit several images."""
    doubles = seen.tree.pairs.doubles
    if doubles:
        files = [file for label, images in doubles for file in (*images, label)]
        yield Finding.of('duplicate-name', 'error', files,
                         f'{len(doubles)} labels fit several images each: {" and ".join(doubles[0][1])} have one name',
                         'leave the image that the label was drawn on, or give the others names and labels of their '
                         'own', sum(len(images) for _, images in doubles))


def suffix_left_out(seen: Examination) -> Iterator[Finding]:
    """Files of another suffix than the rest."""
    files, options, severe = [], [], False
    for key, paths in (('img_suffix', seen.tree.images), ('seg_map_suffix', seen.tree.labels)):
        counts = Counter(map(suffix_of, paths))
        if len(counts) < 2:
            continue
        usual = counts.most_common(1)[0][0]
        others = [path for path in paths if suffix_of(path) != usual]
        files += others
        severe = severe or len(others) <= _MINORITY * len(paths)
        options.append(f'{key}={[suffix for suffix, _ in counts.most_common()]}')
    if files:
        yield Finding.of('suffix-left-out', 'warning' if severe else 'note', files,
                         f'{len(files)} files have another suffix than the rest: where a config names one suffix, the '
                         'others are left out', f'name them all: {", ".join(options)}')


def _headed(seen: Examination) -> Iterator[tuple[str, str, Header, tuple[int, int]]]:
    """(image, label, the image's header, the label's (H, W)) of every pair that can be read."""
    for image, label in seen.tree.pairs.pairs:
        of_image, of_label = seen.images[image], seen.labels[label]
        if of_image.header and of_label.header and not of_image.error and not of_label.error:
            yield image, label, of_image.header, of_label.header.size


def size_mismatch(seen: Examination) -> Iterator[Finding]:
    """Labels of other sizes than their images, for another cause than the EXIF orientation."""
    files, first = [], ''
    for image, label, header, of_label in _headed(seen):
        if of_label not in (header.size, header.upright):
            swapped = ', height and width swapped' if of_label == header.size[::-1] else ''
            first = first or f'{label} is {_by(of_label)} and {image} {_by(header.size)}{swapped}'
            files.append(image)
    if files:
        yield Finding.of('size-mismatch', 'error', [name for image in files for name in (image, seen.label_of[image])],
                         f'{len(files)} labels have not the size of their image: {first}',
                         'make the labels again from the images that are here', len(files))


def exif_rotation(seen: Examination) -> Iterator[Finding]:
    """Images that are turned when they are loaded, while their labels are not."""
    certain, possible, settled = [], [], []
    for image, _, header, of_label in _headed(seen):
        if header.orientation == 1:
            continue
        if header.upright == header.size:  # the size does not tell
            possible.append(image)
        elif of_label == header.size:
            certain.append(image)
        elif of_label == header.upright:
            settled.append(image)
    mend = ("load them with color_type='color_ignore_orientation', or turn the pixels and remove the tag (jhead "
            '-autorot, exiftran)')
    if certain or possible:
        yield Finding.of(
            'exif-rotation', 'error' if certain else 'warning', certain + possible,
            f'{len(certain + possible)} images are turned by their EXIF orientation when they are loaded, and their '
            f'labels {"are not" if certain else "may not be"}', mend)
    elif settled:
        yield Finding.of('exif-rotation', 'note', settled,
                         f'{len(settled)} images are turned by their EXIF orientation, and their labels are turned too',
                         'nothing here; other programs may ignore the tag')


def _by(size: Sequence[int]) -> str:
    return f'{size[1]}x{size[0]}'
