"""Findings about what training, validation and testing share."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import PurePosixPath

from mmseg.doctor.examination import Examination
from mmseg.doctor.finding import Finding
from mmseg.doctor.hashes import PairsFound, alike_pairs, equal_pairs
from mmseg.trees.files import suffix_of


def split_missing_file(seen: Examination) -> Iterator[Finding]:
    """Names in lists of which there is no image."""
    files, lists = [], []
    for one in seen.tree.lists:
        like = PurePosixPath((one.images or seen.tree.images)[0])
        files += [_completed(name, like) for name in one.missing]
        lists += [one.path] if one.missing else []
    if files:
        yield Finding.of('split-missing-file', 'error', dict.fromkeys(files),
                         f'{", ".join(lists)}: {len(dict.fromkeys(files))} names of which there is no image',
                         'fetch the images, or take the names out')


def _completed(name: str, like: PurePosixPath) -> str:
    """The path that a name would have beside another image."""
    path = name if suffix_of(name) == like.suffix else name + like.suffix
    return path if '/' in path else (like.parent / path).as_posix()


def split_overlap(seen: Examination) -> Iterator[Finding]:
    """Images that two lists name."""
    found, names = {}, []
    for one, other in combinations(seen.tree.splits, 2):
        of_one, of_other = set(seen.tree.splits[one]), set(seen.tree.splits[other])
        if shared := of_one & of_other:
            found.update(dict.fromkeys(sorted(shared), 'train' in (one, other) or of_one != of_other))
            names.append(f'{len(shared)} are in {one} and in {other}')
    if found:
        severe = [image for image, trained in found.items() if trained]
        yield Finding.of('split-overlap', 'error' if severe else 'note', severe or found,
                         f'images that are in two splits: {"; ".join(names)}',
                         'leave each in one of them: what was trained on measures nothing')


def duplicate_across_splits(seen: Examination) -> Iterator[Finding]:
    """Images of different splits that have the same pixels."""
    found = equal_pairs(seen.tree.splits, _checksums(seen))
    if found.count:
        yield _of_pairs('duplicate-across-splits', 'error', found, 'are the same image, pixel for pixel')


def near_duplicate_across_splits(seen: Examination) -> Iterator[Finding]:
    """Images of different splits that are one picture, encoded again, resized, cropped or brightened."""
    hashes = {path: facts.prints for path, facts in seen.images.items() if facts.prints and not facts.blank}
    found = alike_pairs(seen.tree.root, seen.tree.splits, hashes, _checksums(seen))
    if found.count:
        yield _of_pairs('near-duplicate-across-splits', 'warning', found, 'are one picture by their looks')


def _checksums(seen: Examination) -> dict[str, int]:
    return {path: facts.pixels for path, facts in seen.images.items() if not facts.blank}


def _of_pairs(kind: str, severity: str, found: PairsFound, what: str) -> Finding:
    return Finding.of(kind, severity, dict.fromkeys(file for pair in found.pairs for file in pair),
                      f'{found.count}{" or more" if found.more else ""} pairs of images of different splits {what}: '
                      f'{" and ".join(found.pairs[0])}',
                      'leave each in one split: what was trained on measures nothing', found.count)
