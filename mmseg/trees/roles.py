"""Which pictures of a tree are images and which are labels: by their names, or else by what they show."""

import io
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np
from PIL import Image

from mmcv.fileio import get_bytes

from .affixes import Affix, find_affixes
from .files import stem_of, suffix_of
from .image_facts import decode_checked
from .words import place_of, role_of_folder, role_of_name, words

_PEEKED = 5  # files of a group that are looked into
_FLAT = 0.6  # of the neighbours that are equal: labels have more
_APART = 0.1  # by how much labels are flatter than images
_MANY = 200  # folders, from which on those at the top count alone
_FEW = 64  # colours, of which a label has no more
_COLOUR = {'color', 'colors', 'colour', 'colours'}
_PARTNERS = 0.3  # share of a group that has a namesake with an affix, if the affix means something


class Roles(NamedTuple):
    """Paths of images and labels, sorted; ``others`` are pictures that are neither."""

    images: list[str]
    labels: list[str]
    others: list[str]


def assign_roles(root: str, pictures: Sequence[str]) -> Roles:
    """Tell images from labels.

    Args:
        root: the folder.
        pictures: paths relative to it.
    """
    roles = _by_names(pictures)
    if not (roles['image'] and roles['label']):
        _ask_others(roles)
        told = roles
        if not roles[None]:  # a word that is in all of their paths may tell nothing
            roles = defaultdict(list, {None: roles['image'] + roles['label']})
        _by_content(root, roles)
        roles = roles if roles['label'] else told
    elif roles[None]:
        _settle_rest(roles)
    _without_colours(root, roles)
    return Roles(*(sorted(roles[role]) for role in ('image', 'label', 'other')))


def _ask_others(roles: dict[str | None, list[str]]) -> None:
    """Take pictures of labels and the like for images or labels, where these are not to be had without them.

    Beside labels, 'color' is what a camera of depth calls its images.
    """
    if roles['label'] and (roles['image'] or roles[None]):
        return
    others = roles.pop('other', [])
    coloured = [path for path in others if set(words(PurePosixPath(path).parent.name)) <= _COLOUR]
    asked = coloured if roles['label'] and coloured else others
    roles[None] += asked
    roles['other'] = sorted(set(others) - set(asked))


def _by_names(pictures: Sequence[str]) -> defaultdict[str | None, list[str]]:
    """{'image', 'label', 'other' or None: paths}."""
    of_stems = {path: _role_of_stem(path) for path in pictures}
    cores = {core for role, core in of_stems.values() if role in ('image', None)}
    told = [core in cores for role, core in of_stems.values() if role == 'label']
    means_label = sum(told) > len(told) / 2  # of those left, the images may be lost
    roles = defaultdict(list)
    for path, (of_stem, core) in of_stems.items():
        of_folder = role_of_folder(path)
        partner = core in cores or (of_stem == 'label' and means_label)
        if of_stem in ('label', 'other') and of_folder != 'label' and partner:
            roles[of_stem].append(path)
        elif of_folder is None and of_stem == 'image' and not core:  # SAMPLE/image.png
            roles['image'].append(path)
        else:
            roles[of_folder].append(path)
    _without_fields_of_view(roles)
    return roles


def _without_fields_of_view(roles: dict[str | None, list[str]]) -> None:
    """Beside what was drawn by hand, as in DRIVE and HRF, a folder 'mask' tells where a camera saw anything."""
    folders = {path: set(words(PurePosixPath(path).parent.name)) for path in roles['label']}
    if any('manual' in found for found in folders.values()):
        seen = [path for path, found in folders.items() if found <= {'mask', 'masks'}]
        roles['other'] += seen
        roles['label'] = sorted(folders.keys() - seen)


def _role_of_stem(path: str) -> tuple[str | None, str]:
    """The role that the first or the last words of a name tell, and the words between."""
    found, role = words(stem_of(path)), None
    for place in (-1, 0):
        while found and (said := role_of_name(found[place])):
            role = role if role == 'other' or (role, said) == ('label', 'image') else said
            found.pop(place)
    return role, ' '.join(found)


def _settle_rest(roles: dict[str | None, list[str]]) -> None:
    """Give pictures whose names tell nothing to the images, where they belong to a label; the rest is none of both."""
    rest = roles.pop(None)
    _, affixes = find_affixes([stem_of(path) for path in rest], [stem_of(path) for path in roles['label']])
    wanted = {(place_of(path), affix.key(stem_of(path))) for path in roles['label'] for affix in affixes}
    had = {(place_of(path), stem_of(path)) for path in roles['image']}
    for path in rest:
        key = place_of(path), stem_of(path)
        roles['image' if key in wanted and key not in had else 'other'].append(path)


def _without_colours(root: str, roles: dict[str | None, list[str]]) -> None:
    """Of two folders of labels for the same images, one of which shows classes as colours, take the other one."""
    alike = defaultdict(list)
    for path in roles['label']:
        alike[place_of(path), stem_of(path)].append(path)
    files = defaultdict(list)
    for path in sorted({path for paths in alike.values() if len(paths) > 1 for path in paths}):
        files[PurePosixPath(path).parent].append(path)
    coloured = {folder for folder, paths in files.items() if len(files) > 1 and _is_coloured(root, paths)}
    shown = {path for paths in alike.values() for path in paths if PurePosixPath(path).parent in coloured
             and not all(PurePosixPath(other).parent in coloured for other in paths)}
    roles['other'] += sorted(shown)
    roles['label'] = [path for path in roles['label'] if path not in shown]


def _is_coloured(root: str, paths: Sequence[str]) -> bool:
    """Whether most of some pictures have several channels."""
    planes = [stored.ndim for path in _spread(paths) if (stored := _stored(os.path.join(root, path))) is not None]
    return bool(planes) and float(np.mean(planes)) > 2.5


def _stored(path: str) -> np.ndarray | None:
    try:
        return decode_checked(get_bytes(path), 'stored')[0]
    except (OSError, ValueError):
        return None


def _by_content(root: str, roles: dict[str | None, list[str]]) -> None:
    """Settle what the names leave open by how flat the pictures are."""
    rest = roles.pop(None, [])
    if roles['label']:
        roles['image'] += rest
        return
    groups = _groups(rest)
    flat = {key: _flatness(root, paths) for key, paths in groups.items()}
    low = 0.0 if roles['image'] else min(flat.values(), default=0)
    high = max(flat.values(), default=0)
    border = (low + high) / 2 if high >= _FLAT and high - low > _APART else np.inf
    for key, paths in groups.items():
        roles['label' if flat[key] > border else 'image'] += paths
    stems = [[stem_of(path) for path in roles[role]] for role in ('image', 'label')]
    of_images, of_labels = find_affixes(*stems) if all(stems) else (Affix(), [])
    keys = {of_images.key(stem) for stem in stems[0]} - {None}
    if not any(affix.key(stem) in keys for stem in stems[1] for affix in of_labels):
        roles['image'] += roles.pop('label', [])


def _groups(paths: Sequence[str]) -> dict[tuple, list[str]]:
    """Pictures that play one role: of one folder, suffix and affix."""
    of_folder = defaultdict(list)
    many = len({PurePosixPath(path).parent for path in paths}) > _MANY
    for path in paths:
        parents = PurePosixPath(path).parts[:-1]
        of_folder[parents[:1] if many else parents, suffix_of(path).lower()].append(path)
    groups = defaultdict(list)
    for (folder, suffix), inside in of_folder.items():
        affix = _inner_affix([stem_of(path) for path in inside])
        stems = {stem_of(path) for path in inside}
        for path in inside:
            key = affix.key(stem_of(path)) if affix else None
            told = key in stems or (key is not None and re.search(r'[^\W\d_]', affix.head + affix.tail) is not None)
            groups[folder, suffix, told].append(path)
    return groups


def _inner_affix(stems: Sequence[str]) -> Affix | None:
    """The affix by which labels differ from images, where both lie side by side."""
    there, counts = set(stems), defaultdict(int)
    for stem in stems[:200]:
        for cut in range(1, min(len(stem), 24)):
            counts[Affix('', stem[-cut:])] += stem[:-cut] in there
            counts[Affix(stem[:cut])] += stem[cut:] in there
    best = max(counts, key=lambda affix: (counts[affix], len(affix)), default=None)
    return best if best is not None and counts[best] >= max(1, _PARTNERS * min(len(stems), 200)) else None


def _flatness(root: str, paths: Sequence[str]) -> float:
    """How much some of the pictures look like labels: the median, of 0 (a photograph) to 1.5."""
    scores = [score for path in _spread(paths) if (score := _flatness_of(os.path.join(root, path))) is not None]
    return float(np.median(scores)) if scores else 0.0


def _spread(paths: Sequence[str]) -> Iterable[str]:
    return [paths[i] for i in np.unique(np.linspace(0, len(paths) - 1, _PEEKED).astype(int))]


def _flatness_of(path: str) -> float | None:
    """The share of equal neighbours, and a bit for one channel, a palette, few colours; None of what has none."""
    try:
        content = get_bytes(path)
        stored, _ = decode_checked(content, 'stored')
        with Image.open(io.BytesIO(content)) as image:
            of_palette = image.mode == 'P' and image.format != 'GIF'
    except (OSError, ValueError):
        return None
    pixels = stored.reshape(*stored.shape[:2], -1)
    equal = (pixels[:, 1:] == pixels[:, :-1]).all(axis=2)
    some = pixels.reshape(-1, pixels.shape[2])[::1 + stored.size // 20000]
    few, single = len(np.unique(some, axis=0)) <= _FEW, pixels.shape[2] == 1
    return float(equal.mean()) + 0.1 * of_palette + 0.2 * few + 0.2 * single
