"""The kinds of findings: one function per kind, from an examination to what there is to say."""

from collections.abc import Callable, Iterator

from mmseg.doctor.examination import Examination
from mmseg.doctor.finding import SEVERITIES, Finding

from . import classes, images, labels, pairs, splits

#: {kind: the function that looks for it}.
KINDS: dict[str, Callable[[Examination], Iterator[Finding]]] = {
    'image-without-label': pairs.image_without_label,
    'label-without-image': pairs.label_without_image,
    'duplicate-name': pairs.duplicate_name,
    'suffix-left-out': pairs.suffix_left_out,
    'size-mismatch': pairs.size_mismatch,
    'exif-rotation': pairs.exif_rotation,
    'unreadable': images.unreadable,
    'blank-image': images.blank_image,
    'mixed-channels': images.mixed_channels,
    'mixed-depth': images.mixed_depth,
    'smaller-than-crop': images.smaller_than_crop,
    'colour-mask': labels.colour_mask,
    'alpha-label': labels.alpha_label,
    'lossy-label': labels.lossy_label,
    'interpolated-label': labels.interpolated_label,
    'wide-label': labels.wide_label,
    'palette-differs': labels.palette_differs,
    'binary-255': classes.binary_255,
    'label-out-of-range': classes.label_out_of_range,
    'one-based-labels': classes.one_based_labels,
    'empty-label': classes.empty_label,
    'rare-class': classes.rare_class,
    'missing-class': classes.missing_class,
    'split-missing-file': splits.split_missing_file,
    'split-overlap': splits.split_overlap,
    'duplicate-across-splits': splits.duplicate_across_splits,
    'near-duplicate-across-splits': splits.near_duplicate_across_splits,
}


def find_all(seen: Examination) -> list[Finding]:
    """What all kinds find, the worst first."""
    found = [finding for look in KINDS.values() for finding in look(seen)]
    return sorted(found, key=lambda finding: -SEVERITIES.index(finding.severity))
