"""Images that show the same: by a checksum of their pixels, or by a perceptual hash and a closer look."""

import os
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, islice, product
from typing import NamedTuple

import numpy as np

from .overlay import is_one_picture, read_small

_ALIKE = 28  # bits of 64 in which the hashes of two images may differ, to be looked at
_NEARLY = 4  # bits, of hashes that are nearly the same
_MOST = 500  # pairs that are looked at, the most alike ones first
_SMALL = 512  # pictures that are kept for the look at the next pair
_ROWS = 512  # of the table of distances, at a time
_NEVER = 255  # bits


class PairsFound(NamedTuple):
    """Pairs of images of different splits.

    Attributes:
        pairs: some of them.
        count: how many there are.
        more: whether there may be more than that, as not all were looked at.
    """

    pairs: list[tuple[str, str]]
    count: int
    more: bool = False


def equal_pairs(groups: Mapping[str, Sequence[str]], checksums: Mapping[str, int]) -> PairsFound:
    """Pairs of images of different groups that have the same pixels.

    Args:
        groups: {split: paths}.
        checksums: {path: of the pixels, or 0 if not known}.
    """
    alike = defaultdict(lambda: defaultdict(list))
    for split, paths in groups.items():
        for path in dict.fromkeys(paths):
            if checksum := checksums.get(path, 0):
                alike[checksum][split].append(path)
    sides = [pair for of_split in alike.values() for pair in combinations(of_split.values(), 2)]
    count = sum(len(one) * len(other) - len(set(one) & set(other)) for one, other in sides)  # in both is no pair
    return PairsFound(list(islice(_unequal(sides), _MOST)), count)


def _unequal(sides: Sequence[tuple[list[str], list[str]]]) -> Iterator[tuple[str, str]]:
    return (pair for one, other in sides for pair in product(one, other) if pair[0] != pair[1])


def alike_pairs(
    root: str, groups: Mapping[str, Sequence[str]], hashes: Mapping[str, Sequence[int]], checksums: Mapping[str, int],
) -> PairsFound:
    """Pairs of images of different groups that are one picture: encoded again, resized, cropped a little, brightened.

    Those that are equal anyway are none of them; of copies in one group one is looked at.

    Args:
        root: the folder that paths are relative to.
        groups: {split: paths}.
        hashes: {path: perceptual hashes of the whole and of its middle, 64 bits each, or none}.
        checksums: {path: of the pixels, or 0 if not known}.
    """
    usable = {split: [path for path in dict.fromkeys(paths) if hashes.get(path)] for split, paths in groups.items()}
    shown = {path: checksums.get(path) or path for paths in usable.values() for path in paths}
    copies = {split: Counter(map(shown.__getitem__, paths)) for split, paths in usable.items()}
    once = {split: list({shown[path]: path for path in reversed(paths)}.values()) for split, paths in usable.items()}
    small = lru_cache(_SMALL)(read_small)
    close = _closest(once, hashes, shown)

    def show_the_same(distance: int, pair: Sequence[tuple[str, str]]) -> bool:
        try:
            return is_one_picture(*(small(os.path.join(root, path)) for _, path in pair), distance <= _NEARLY)
        except (ValueError, OSError):  # not there any more
            return False

    found = [pair for distance, *pair in close if show_the_same(distance, pair)]
    count = sum(copies[a][shown[one]] * copies[b][shown[other]] for (a, one), (b, other) in found)
    return PairsFound([(one, other) for (_, one), (_, other) in found], count, len(close) == _MOST)


def _closest(
    groups: Mapping[str, Sequence[str]], hashes: Mapping[str, Sequence[int]], shown: Mapping[str, Hashable],
) -> list[tuple[int, tuple[str, str], tuple[str, str]]]:
    """(bits that differ, (split, path), (split, path)) of the pairs with the closest hashes and other pixels."""
    found, limit = [], _ALIKE
    numbers = {one: number for number, one in enumerate(dict.fromkeys(shown.values()))}
    tables = [(split, paths, np.array([hashes[path] for path in paths], np.uint64),
               np.array([numbers[shown[path]] for path in paths])) for split, paths in groups.items() if paths]
    for (split, paths, table, ids), (other_split, others, other_table, other_ids) in combinations(tables, 2):
        for start in range(0, len(paths), _ROWS):
            distances = _distances(table[start:start + _ROWS], other_table)
            distances[ids[start:start + _ROWS, None] == other_ids[None]] = _NEVER
            enough = np.cumsum(np.bincount(distances.ravel(), minlength=limit + 1)[:limit + 1])
            limit = min(limit, int(np.searchsorted(enough, _MOST)))  # so many are that close
            found += [(int(distances[row, column]), (split, paths[start + row]), (other_split, others[column]))
                      for row, column in np.argwhere(distances <= limit).tolist()]
        found = sorted(found)[:_MOST]
    return found


def _distances(table: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(N, M) the least distance between the whole of one image and the whole or the middle of another one."""
    return np.minimum.reduce([
        np.bitwise_count(table[:, None, mine] ^ others[None, :, theirs])
        for mine in range(table.shape[1]) for theirs in range(others.shape[1]) if not (mine and theirs)])
