"""The pairs of a tree that can be trained on, and why the others cannot."""

from collections.abc import Sequence
from typing import NamedTuple

from mmcv.utils import ConfigError
from mmseg.doctor import Examination, Finding

_MASKS_NEEDED = ('colour-mask', 'alpha-label', 'binary-255', 'lossy-label')
# A file with one of these would stop the training.
_IN_THE_WAY = ('unreadable', 'size-mismatch', 'exif-rotation', 'label-out-of-range', 'interpolated-label', 'wide-label')
_LEAST = 2


class Usable(NamedTuple):
    """Pairs (image, label), and a line for each kind of those that are left out."""

    pairs: list[tuple[str, str]]
    left_out: list[str]


def usable_pairs(seen: Examination, findings: Sequence[Finding]) -> Usable:
    """The pairs that can be trained on.

    Raises:
        ConfigError: there are none, or too few; the option that helps is named.
    """
    severe = {finding.kind: finding for finding in findings if finding.severity == 'error'}
    for kind in _MASKS_NEEDED:
        if kind in severe and severe[kind].count > len(seen.labels) / 2:
            raise ConfigError(f'{kind}: {severe[kind].message}: add --write-masks, which writes index masks beside the '
                              'folder')
    bad = _bad_files(seen)
    pairs = [pair for pair in seen.tree.pairs.pairs if not bad & {*pair}]
    left_out = [f'left out, {severe[kind].kind}: {severe[kind].message}'
                for kind in (*_MASKS_NEEDED, *_IN_THE_WAY, 'image-without-label') if kind in severe]
    if len(pairs) < _LEAST:
        reason = '; '.join(left_out) or 'no image has a label'
        raise ConfigError(f'{seen.tree.root}: {len(pairs)} pairs of image and label can be trained on ({reason}): name '
                          'the folders with --img-dir and --ann-dir, or add --write-masks where labels are polygons, '
                          'boxes or colours')
    return Usable(pairs, left_out)


def _bad_files(seen: Examination) -> set[str]:
    """Images and labels that a training cannot read, or whose values it refuses."""
    bad = {path for path, facts in seen.images.items() if facts.error}
    bad |= {path for path in seen.labels if path not in seen.trusted}
    for path, facts in seen.trusted.items():
        if facts.channels != 1 or not all(map(seen.is_meant, facts.values)):
            bad.add(path)
    for image, label in seen.tree.pairs.pairs:
        of_image, of_label = seen.images[image].header, seen.labels[label].header
        if of_image and of_label and of_label.size != of_image.upright:
            bad.add(label)
    return bad
