"""Which images are trained on and which are validated on, where a tree has no split."""

import re
import zlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

from mmcv.utils import ConfigError
from mmseg.trees.files import stem_of

_SHARE = 0.2  # of the images, to validate on
_LEAST_GROUPS = 4
_LARGEST = 0.5  # share of the images that one group may have

Pairs = Sequence[tuple[str, str]]


def divide(pairs: Pairs, splits: dict[str, list[str]]) -> dict[str, list[tuple[str, str]]]:
    """{'train', 'val' and, where there are labels for it, 'test': pairs}.

    Args:
        pairs: of images and labels.
        splits: {'train', 'val', 'test': images} of the tree; may be empty.

    Raises:
        ConfigError: there is but one pair.
    """
    chosen = {split: set(images) for split, images in splits.items()}
    found = {split: [pair for pair in pairs if pair[0] in images] for split, images in chosen.items()}
    found = {split: part for split, part in found.items() if part}
    rest = [pair for pair in pairs if not any(pair[0] in images for images in chosen.values())]
    if found and 'train' not in found and len(rest) > 1:
        found['train'] = rest
    if 'val' not in found and 'test' in found and 'train' in found:
        found['val'] = found['test']
    if 'train' in found and 'val' in found:
        trained = set(found['train'])
        found['val'] = [pair for pair in found['val'] if pair not in trained] or found['val']
        return {split: found[split] for split in ('train', 'val', 'test') if split in found}
    if len(pairs) < 2:
        raise ConfigError(f'{len(pairs)} pair of image and label: at least two are needed, to train and to validate')
    return _divided(sorted(found.get('train') or pairs))


def _divided(pairs: Pairs) -> dict[str, list[tuple[str, str]]]:
    """Groups of one scene or film stay together; where there are few, the end of each is validated on."""
    groups = defaultdict(list)
    for pair in pairs:
        groups[_group(pair[0])].append(pair)
    wanted = max(1, round(_SHARE * len(pairs)))
    val = []
    if len(groups) < _LEAST_GROUPS or max(map(len, groups.values())) > _LARGEST * len(pairs):
        for group in groups.values():
            val += group[len(group) - round(_SHARE * len(group)):]
    else:
        for name in sorted(groups, key=lambda name: (zlib.crc32(name.encode()), name)):
            val += groups[name] if not val or len(val) + len(groups[name]) <= wanted else []
    chosen = set(val or pairs[-1:])
    return {'train': [pair for pair in pairs if pair not in chosen], 'val': sorted(chosen)}


def _group(path: str) -> str:
    """What the images of one scene share: their folder, and their name without its last number."""
    parent, stem = PurePosixPath(path).parent, stem_of(path)
    return f'{parent}/{re.sub(r"[^0-9]?[0-9]+[^0-9]*$", "", stem)}'
