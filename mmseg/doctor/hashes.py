"""Images that show the same: by a checksum of their pixels, or by a perceptual hash and a closer look."""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from .overlay import is_one_picture

_ALIKE = 28  # bits of 64 in which the hashes of two images may differ, to be looked at
_MOST = 500  # pairs that are looked at, the most alike ones first
_ROWS = 512  # of the table of distances, at a time


def equal_pairs(groups: Mapping[str, Sequence[str]], checksums: Mapping[str, int]) -> list[tuple[str, str]]:
    """Pairs of images of different groups that have the same pixels.

    Args:
        groups: {split: paths}.
        checksums: {path: of the pixels, or 0 if not known}.
    """
    seen, found = defaultdict(list), []
    for split, paths in groups.items():
        for path in paths:
            if checksum := checksums.get(path, 0):
                found += [(other, path) for of, other in seen[checksum] if of != split and other != path]
                seen[checksum].append((split, path))
    return found


def alike_pairs(
    root: str, groups: Mapping[str, Sequence[str]], hashes: Mapping[str, Sequence[int]],
    known: Sequence[tuple[str, str]] = (),
) -> list[tuple[str, str]]:
    """Pairs of images of different groups that are one picture: encoded again, resized, cropped a little, brightened.

    Args:
        root: the folder that paths are relative to.
        groups: {split: paths}.
        hashes: {path: perceptual hashes of the whole and of its middle, 64 bits each, or none}.
        known: pairs that are equal anyway.
    """
    usable = {split: [path for path in paths if hashes.get(path)] for split, paths in groups.items()}
    known = {*known, *((b, a) for a, b in known)}
    return [(one, other) for _, one, other in _closest(usable, hashes, known)
            if is_one_picture(os.path.join(root, one), os.path.join(root, other))]


def _closest(
    groups: Mapping[str, Sequence[str]], hashes: Mapping[str, Sequence[int]], known: set[tuple[str, str]]
) -> list[tuple[int, str, str]]:
    """(bits that differ, path, path) of the pairs of different groups whose hashes are closest."""
    found, limit = [], _ALIKE
    tables = [(paths, np.array([hashes[path] for path in paths], np.uint64)) for paths in groups.values() if paths]
    for number, (paths, table) in enumerate(tables):
        for others, other_table in tables[number + 1:]:
            for start in range(0, len(paths), _ROWS):
                distances = _distances(table[start:start + _ROWS], other_table)
                for row, column in np.argwhere(distances <= limit).tolist():
                    pair = paths[start + row], others[column]
                    if pair not in known and pair[0] != pair[1]:
                        found.append((int(distances[row, column]), *pair))
                if len(found) > 10 * _MOST:
                    found = sorted(found)[:_MOST]
                    limit = found[-1][0]
    return sorted(found)[:_MOST]


def _distances(table: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(N, M) the least distance between the whole of one image and the whole or the middle of another one."""
    return np.minimum.reduce([
        np.bitwise_count(table[:, None, mine] ^ others[None, :, theirs])
        for mine in range(table.shape[1]) for theirs in range(others.shape[1]) if not (mine and theirs)])
